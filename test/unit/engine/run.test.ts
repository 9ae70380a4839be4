import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cpu } from '../../../src/engine/backends/cpu';
import { checkedConfig } from '../../../src/engine/prepare';
import { SparseExecutor } from '../../../src/engine/sparse/executor';
import { cannotWrite } from '../../../src/formats/errors';
import { openFile } from '../../../src/formats/byte-source';
import { openSafetensors } from '../../../src/formats/safetensors';
import { RpcCancelled } from '../../../src/protocol/rpc';
import type { EpochEvent, RunEvent, StepEvent } from '../../../src/protocol/run';
import { listCheckpoints } from '../../../src/runs/checkpoint';
import { RunFolder } from '../../../src/runs/folder';
import { Journal, readJournal } from '../../../src/runs/journal';
import {
  configText,
  context,
  filesIn,
  finalCheckpoint,
  outcome,
  Project,
  recordOf,
  stepsPerEpoch,
  TestEngine,
  totalSteps,
} from './project';

let project: Project;
beforeEach(async () => void (project = await Project.create()));
afterEach(async () => {
  vi.restoreAllMocks();
  await project.remove();
});

const journalOf = (directory: string): Promise<RunEvent[]> => readJournal(new RunFolder(directory).journalFile);
const ofType = <T extends RunEvent['type']>(events: RunEvent[], type: T): Extract<RunEvent, { type: T }>[] =>
  events.filter((event): event is Extract<RunEvent, { type: T }> => event.type === type);

describe('a whole run', () => {
  it('leaves the folder, record, journal and tensors that the contract names', async () => {
    const engine = await TestEngine.greeted();
    const tensors = tf.memory().numTensors;
    const { id, directory } = await engine.run(project.start());
    expect(id).toBe('tiny-1');
    expect(tf.memory().numTensors).toBe(tensors);
    expect(await filesIn(directory)).toEqual([
      ...[4, 8, 12, 16, 18].map((step) => `checkpoints/step-${String(step).padStart(6, '0')}.safetensors`),
      'config.yaml',
      'events.jsonl',
      'init.safetensors',
      'masks/step-000000.safetensors',
      'rotations/givens.safetensors',
      'run.json',
    ]);
    expect(await readFile(join(directory, 'config.yaml'), 'utf8')).toBe(configText());
    const record = await recordOf(directory);
    expect(record).toMatchObject({
      id: 'tiny-1',
      name: 'tiny',
      seed: 3,
      state: 'completed',
      backend: { name: 'wasm' },
      dataset: { source: 'mnist', train: 48, validation: 12 },
      network: { inputs: 784, classes: 10 },
      totalSteps,
      pid: process.pid,
    });
    expect(record.endedAt).toBeDefined();
    expect(record.dataset.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(record.layers.map(({ name, shape }) => [name, ...shape])).toEqual([
      ['fc1', 12, 784],
      ['fc2', 12, 12],
      ['fc3', 10, 12],
    ]);
    for (const layer of record.layers) {
      expect(layer.orthogonalityError).toBeLessThan(1e-5);
      expect(layer.singularValues.min).toBeCloseTo(1, 5);
      expect(layer.nonZeros).toBe(Math.round(layer.density * layer.shape[0] * layer.shape[1]));
      expect(layer.rotations).toBeGreaterThan(0);
      expect(layer.seconds).toBeGreaterThan(0);
    }
    expect(engine.records.map(({ state }) => state)).toEqual([
      'starting',
      'initialising',
      'initialising',
      'training',
      'completed',
    ]);
  });

  it('records what a step takes of what computes it', async () => {
    const { plan } = await checkedConfig(project.start().configText, project.configPath);
    const bytes: number[] = [];
    for (const compute of ['sparse', 'wasm'] as const) {
      const engine = await TestEngine.greeted();
      const { directory } = await engine.run(project.start({ epochs: 0, compute: `backend: ${compute}` }));
      const { step } = await recordOf(directory);
      bytes.push(step!.bytes);
    }
    expect(bytes).toEqual([plan.sparseStep.bytes, plan.step.bytes]);
    expect(bytes[0]).toBeLessThan(bytes[1]);
  });

  it('records whether the backend was taken by auto or named by the config', async () => {
    const engine = await TestEngine.greeted('auto', [cpu]);
    const reasons: string[] = [];
    for (const compute of ['auto', 'sparse', 'cpu']) {
      const { directory } = await engine.run(project.start({ epochs: 0, compute: `backend: ${compute}` }));
      reasons.push((await recordOf(directory)).backend.reason);
    }
    expect(reasons).toEqual([
      'plain JavaScript, taken by auto.',
      'plain JavaScript, taken by auto.',
      'plain JavaScript, as asked for.',
    ]);
  });

  it('of no epochs initialises, probes and ends', async () => {
    const engine = await TestEngine.greeted();
    const { directory } = await engine.run(project.start({ epochs: 0 }));
    const record = await recordOf(directory);
    expect([record.state, record.totalSteps, record.layers.length]).toEqual(['completed', 0, 3]);
    const events = await journalOf(directory);
    expect(events.map(({ type }) => type)).not.toContain('step');
    expect(ofType(events, 'spectrum').map(({ layer }) => layer)).toEqual(['fc1', 'fc2', 'fc3']);
    expect(ofType(events, 'jacobian').map(({ step }) => step)).toEqual([0]);
  });

  it('journals every step once, in order, with epochs, probes and checkpoints where they are due', async () => {
    const engine = await TestEngine.greeted();
    const { directory } = await engine.run(project.start());
    const events = await journalOf(directory);
    expect(engine.events.map(({ event }) => event)).toEqual(events);
    const steps = ofType(events, 'step');
    expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: totalSteps }, (_, i) => i + 1));
    expect(steps.map(({ epoch }) => epoch)).toEqual(steps.map(({ step }) => Math.ceil(step / stepsPerEpoch)));
    expect(steps.map(({ learningRate }) => learningRate)).toEqual(steps.map(({ step }) => (step <= 9 ? 0.1 : 0.05)));
    expect(ofType(events, 'epoch').map(({ epoch, step }) => [epoch, step])).toEqual([
      [1, 6],
      [2, 12],
      [3, 18],
    ]);
    for (const event of ofType(events, 'epoch')) checkEpoch(event, steps);
    const usage = ofType(events, 'usage');
    expect(usage.map(({ step }) => step)).toEqual([6, 12, 18]);
    for (const { examplesPerSecond, rss, heapBytes } of usage) {
      expect(examplesPerSecond).toBeGreaterThan(0);
      expect(rss).toBeGreaterThan(heapBytes!);
    }
    // What is held does not grow.
    expect(new Set(usage.map(({ tensors, tensorBytes }) => `${tensors} ${tensorBytes}`)).size).toBe(1);
    expect(ofType(events, 'spectrum').map(({ step, layer }) => `${step} ${layer}`)).toEqual(
      [0, 5, 10, 15, 18].flatMap((step) => ['fc1', 'fc2', 'fc3'].map((layer) => `${step} ${layer}`)),
    );
    const jacobians = ofType(events, 'jacobian');
    expect(jacobians.map(({ step }) => step)).toEqual([0, 5, 18]);
    for (const { values, samples, summary } of jacobians) {
      expect(samples).toBe(4);
      expect(values).toHaveLength(4 * 10);
      expect([...values].sort((a, b) => b - a)).toEqual(values);
      expect(summary.max).toBe(values[0]);
    }
    expect(ofType(events, 'checkpoint').map(({ step, file }) => [step, file])).toEqual(
      [4, 8, 12, 16, 18].map((step) => [step, `checkpoints/step-${String(step).padStart(6, '0')}.safetensors`]),
    );
    expect(events.every(({ at }, i) => i === 0 || at >= events[i - 1].at)).toBe(true);
  });

  const checkEpoch = ({ epoch, trainLoss, trainAccuracy }: EpochEvent, steps: StepEvent[]): void => {
    const own = steps.filter((step) => step.epoch === epoch);
    const mean = (key: 'loss' | 'accuracy'): number => own.reduce((sum, step) => sum + step[key], 0) / own.length;
    expect(trainLoss).toBeCloseTo(mean('loss'), 12);
    expect(trainAccuracy).toBeCloseTo(mean('accuracy'), 12);
  };

  it('writes tensors by the names that PyTorch scripts rely on; pruned weights are exactly zero at the end', async () => {
    const { directory } = await (await TestEngine.greeted()).run(project.start());
    const read = async (name: string) => openSafetensors(await openFile(join(directory, name)));
    const init = await read('init.safetensors');
    expect(init.metadata).toEqual({
      format: 'sparsescope',
      version: '1',
      step: '0',
      seed: '3',
      config: 'tiny',
      init: 'eoi',
      gain: '1',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
    expect(init.tensors.map(({ name }) => name).sort()).toEqual(
      ['fc1', 'fc2', 'fc3'].flatMap((name) => ['bias', 'mask', 'weight'].map((part) => `layers.${name}.${part}`)),
    );
    const last = await read('checkpoints/step-000018.safetensors');
    expect(last.metadata).toMatchObject({ format: 'sparsescope', version: '1', step: '18', seed: '3', config: 'tiny' });
    for (const name of ['fc1', 'fc2', 'fc3']) {
      const get = (file: typeof last, key: string) => file.readFloat32(file.get(key)!);
      const [before, mask, after] = [
        await get(init, `layers.${name}.weight`),
        await get(last, `layers.${name}.mask`),
        await get(last, `layers.${name}.weight`),
      ];
      expect([...mask]).toEqual([...(await get(init, `layers.${name}.mask`))]);
      expect(mask.every((bit, i) => bit === 1 || after[i] === 0)).toBe(true);
      expect(after.some((value, i) => value !== before[i])).toBe(true);
      expect(last.get(`optimizer.layers.${name}.weight.momentum`)?.shape).toEqual(
        last.get(`layers.${name}.weight`)?.shape,
      );
      expect(last.get(`optimizer.layers.${name}.bias.momentum`)?.dtype).toBe('F32');
    }
    await Promise.all([init.close(), last.close()]);
  });

  it('gives the same bytes twice, other bytes for another seed', async () => {
    const engine = await TestEngine.greeted();
    const [first, second, other] = [
      await engine.run(project.start()),
      await engine.run(project.start()),
      await engine.run(project.start({ seed: 4 })),
    ];
    const bytes = await finalCheckpoint(first.directory);
    expect((await finalCheckpoint(second.directory)).equals(bytes)).toBe(true);
    expect((await finalCheckpoint(other.directory)).equals(bytes)).toBe(false);
  });

  it('can begin from the masked dense initialisation, which has no rotations', async () => {
    const { directory } = await (await TestEngine.greeted()).run(project.start({ init: 'base' }));
    const { layers, state } = await recordOf(directory);
    expect(state).toBe('completed');
    expect(layers.every(({ rotations, init }) => rotations === 0 && init === 'base')).toBe(true);
    expect(layers[1].singularValues.min).toBeLessThan(0.9);
    expect(await filesIn(directory)).not.toContain('rotations/givens.safetensors');
  });

  it('goes into exactly the folder that was asked for', async () => {
    const wanted = join(project.root, 'elsewhere');
    const { directory, id } = await (await TestEngine.greeted()).run(project.start({}, wanted));
    expect(directory).toBe(wanted);
    expect(id).toBe('elsewhere');
    expect(await project.runs()).toEqual([]);
  });

  it('takes turns with another run, and comes to what it comes to alone', async () => {
    const engine = await TestEngine.greeted();
    const alone = await engine.run(project.start());
    // Long enough to be going on during the whole of the other.
    const long = await engine.api.startRun(project.start({ name: 'long', epochs: 500 }), context());
    engine.events.length = 0;
    const short = await engine.api.startRun(project.start(), context());
    await vi.waitFor(async () => expect((await recordOf(short.directory)).state).toBe('completed'), {
      timeout: 30_000,
    });
    await engine.api.cancelRun(long, context());
    const order = engine.events.filter(({ event }) => event.type === 'step').map(({ id }) => id);
    const during = order.slice(order.indexOf(short.id), order.lastIndexOf(short.id));
    expect(during.filter((id) => id === long.id).length).toBeGreaterThan(totalSteps / 2);
    expect(await outcome(short.directory)).toEqual(await outcome(alone.directory));
    expect((await finalCheckpoint(short.directory)).equals(await finalCheckpoint(alone.directory))).toBe(true);
  });
});

describe('a start that fails', () => {
  const refuse = async (params: Parameters<TestEngine['run']>[0], code: string, sentence: RegExp): Promise<void> => {
    const engine = await TestEngine.greeted();
    await expect(engine.api.startRun(params, context())).rejects.toMatchObject({
      code,
      message: expect.stringMatching(sentence) as string,
    });
    expect(await project.runs()).toEqual([]);
  };

  it('names the first mistake of the config with its place', () =>
    refuse(
      { ...project.start(), configText: configText().replace('density:', 'densty:') },
      'config.invalid',
      /tiny\.sparse\.yaml:12:13: .*densty/,
    ));

  it('names the missing file', async () => {
    await writeFile(join(project.root, 'data/train-images-idx3-ubyte'), Uint8Array.of(0, 0, 8, 3, 0, 0));
    await refuse(project.start(), 'idx.truncated', /train-images/);
  });

  it('leaves no folder where none can be made', async () => {
    await writeFile(join(project.root, '.sparsescope'), 'in the way');
    await refuse(project.start(), 'file.in-the-way', /\.sparsescope/);
  });

  it('leaves no half folder when the disk is full', async () => {
    vi.spyOn(Journal, 'open').mockRejectedValue(cannotWrite('events.jsonl', { code: 'ENOSPC' }));
    await refuse(project.start(), 'file.disk-full', /disk is full/);
  });

  it('does not touch a folder that is not empty', async () => {
    await refuse(project.start({}, join(project.root, 'data')), 'runs.folder-not-empty', /data/);
    expect((await filesIn(join(project.root, 'data'))).length).toBe(2);
  });

  it('is no failure when it was cancelled', async () => {
    const engine = await TestEngine.greeted();
    const attempt = engine.api.startRun(project.start(), context(AbortSignal.abort()));
    await expect(attempt).rejects.toBeInstanceOf(RpcCancelled);
    expect(await project.runs()).toEqual([]);
  });
});

describe('a checkpoint', () => {
  it('is written after the events before it are on the disk', async () => {
    const engine = await TestEngine.greeted();
    const folder = new RunFolder(join(project.root, '.sparsescope/runs/tiny-1'));
    const there: number[][] = [];
    const flush = vi.spyOn(Journal.prototype, 'flush').mockImplementation(async () => {
      there.push(await listCheckpoints(folder));
    });
    await engine.run(project.start());
    flush.mockRestore();
    expect(there).toEqual([[], [4], [4, 8], [4, 8, 12], [4, 8, 12, 16]]);
    expect(await listCheckpoints(folder)).toEqual([4, 8, 12, 16, totalSteps]);
  });
});

describe('a run that fails', () => {
  it('says at which step the gradient left the numbers where the loss had not yet, and what to try', async () => {
    const engine = await TestEngine.greeted();
    let steps = 0;
    vi.spyOn(SparseExecutor.prototype, 'step').mockImplementation(() => {
      steps++;
      return { loss: 1, accuracy: 0.5, gradientNorm: steps === 3 ? Infinity : 1 };
    });
    const { directory } = await engine.run(project.start());
    const { state, error } = await recordOf(directory);
    expect([state, error?.code]).toEqual(['failed', 'engine.gradient-not-finite']);
    expect(error?.message).toMatch(
      /^The gradient is no longer a finite number at step 3 \(learning rate 0\.1\)\. Try a smaller /,
    );
    expect(ofType(await journalOf(directory), 'step').map((event) => event.step)).toEqual([1, 2]);
  });

  it('says at which step the loss left the numbers and what to try, and keeps the journal', async () => {
    const engine = await TestEngine.greeted();
    const { directory } = await engine.run(project.start({ learningRate: 100, weightDecay: 1, epochs: 20 }));
    const record = await recordOf(directory);
    expect(record.state).toBe('failed');
    expect(record.error).toMatchObject({ code: 'engine.loss-not-finite' });
    expect(record.error!.message).toMatch(/step \d+ .*learningRate/);
    const events = await journalOf(directory);
    expect(ofType(events, 'step').length).toBeGreaterThan(0);
    expect(events.at(-1)).toMatchObject({ type: 'state', state: 'failed', message: record.error!.message });
    // It diverged before, and that was told too.
    expect(engine.logs.filter(({ level }) => level !== 'warn')).toEqual([
      { level: 'info', message: `tiny-1: ${record.error!.message}` },
    ]);
  });

  it.each([
    // No rotation is needed for so few weights: all are 1, and a step so small leaves them there.
    ['dst.all-equal', 4, 'update: { method: rigl, every: 4, until: 1 }', '', /step 4\. Layer "fc1".*12 kept weights/],
    ['prune.all-equal', totalSteps, '', 'rewind: { levels: 1, step: 6 }', /step 18\. All 34 weights that are left/],
  ])('says at which step weights that are all equal say nothing: %s', async (code, step, update, rewind, sentence) => {
    const own = 'layers: { fc1: 0.001276, fc2: 0.0834, fc3: 0.0834 }';
    const sparsity = update === '' ? own : `${own}, ${update}`;
    const change = { density: 34 / 9672, sparsity, train: rewind, learningRate: 1e-30, weightDecay: 0 };
    const { directory } = await (await TestEngine.greeted()).run(project.start(change));
    const { state, error } = await recordOf(directory);
    expect([state, error?.code]).toEqual(['failed', code]);
    expect(error?.message).toMatch(sentence);
    const steps = ofType(await journalOf(directory), 'step');
    expect(steps).toHaveLength(code === 'dst.all-equal' ? step - 1 : step);
  });

  it('names the layer in which a pruned weight moved', async () => {
    vi.spyOn(SparseExecutor.prototype, 'firstChangedMask').mockReturnValue({ layer: 'fc2', count: 3 });
    const { directory } = await (await TestEngine.greeted()).run(project.start());
    expect((await recordOf(directory)).error).toMatchObject({
      code: 'engine.pruned-weight-changed',
      message: expect.stringContaining('fc2') as string,
    });
  });

  it('tells the listeners that it ended, and frees the backend, though the disk is full', async () => {
    const engine = await TestEngine.greeted();
    const write = vi.spyOn(Journal.prototype, 'append');
    engine.hear = (event) => {
      if (event.type === 'step' && event.step === 5)
        write.mockImplementation(() => {
          throw cannotWrite('events.jsonl', { code: 'ENOSPC' });
        });
    };
    await engine.run(project.start());
    write.mockRestore();
    expect(engine.records.at(-1)).toMatchObject({ state: 'failed', error: { code: 'file.disk-full' } });
    engine.hear = undefined;
    expect(await recordOf((await engine.run(project.start())).directory)).toMatchObject({ state: 'completed' });
  });

  it('an unknown error becomes one sentence; the stack goes to the log', async () => {
    vi.spyOn(SparseExecutor.prototype, 'evaluate').mockImplementation(() => {
      throw new TypeError('secret detail');
    });
    const engine = await TestEngine.greeted();
    const { directory } = await engine.run(project.start());
    const { error } = await recordOf(directory);
    expect(error).toMatchObject({ code: 'engine.internal' });
    expect(error!.message).not.toContain('secret');
    expect(engine.logs.some(({ message }) => message.includes('secret detail'))).toBe(true);
  });
});
