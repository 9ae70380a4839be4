/** Runs whose weights are shared: what their folder holds, how they go on, and what readers find there. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expand } from '../../../../src/core/rps/recover';
import { openFile } from '../../../../src/formats/byte-source';
import { openSafetensors } from '../../../../src/formats/safetensors';
import { withSharedWeights } from '../../../../src/formats/shared-weights';
import type { MaybeShared } from '../../../../src/formats/shared-weights';
import type { RunEvent } from '../../../../src/protocol/run';
import { RunFolder } from '../../../../src/runs/folder';
import { readJournal } from '../../../../src/runs/journal';
import { RunReader } from '../../../../src/runs/reader';
import { readSharingFailures } from '../../../../src/runs/sharing-failure';
import { runSubject } from '../../../../src/runs/sharing/run-subject';
import { failure } from '../../formats/bytes';
import { npyFile } from '../../formats/npy-file';
import { context, filesIn, finalCheckpoint, outcome, Project, recordOf, TestEngine, totalSteps } from '../project';

let project: Project;
beforeEach(async () => void (project = await Project.create()));
afterEach(() => project.remove());

const open = (path: string): Promise<MaybeShared> => openFile(path).then(openSafetensors).then(withSharedWeights);

const n = 784 * 12 + 12 * 12 + 12 * 10;
const biases = 12 + 12 + 10;

/** With a convolution in groups and a layer that stays dense, by another mapping and optimizer. */
const pictures = {
  layers: [
    '{ name: conv1, conv: { in: 1, out: 4, kernel: 3, stride: 2 } }',
    '{ activation: relu }',
    '{ name: conv2, conv: { in: 4, out: 8, kernel: 3, stride: 2, groups: 2 } }',
    '{ activation: relu }',
    '{ reshape: mean }',
    '{ name: last, linear: { in: 8, out: 10 } }',
  ],
  sharing: 'method: roast, compression: 4, tile: [4, 4], initStd: 0.2, scaler: theory, include: { names: ["conv*"] }',
  optimizer: 'adam',
  learningRate: 0.003,
  train: 'microBatch: 4',
} as const;

/** Of every step; the runs of an engine one after the other. */
async function lossesOf(engine: TestEngine, change: Parameters<Project['start']>[0]): Promise<number[]> {
  const { directory } = await engine.run(project.start(change));
  expect((await recordOf(directory)).state).toBe('completed');
  const events = await readJournal(new RunFolder(directory).journalFile);
  return events.flatMap((event) => (event.type === 'step' ? [event.loss] : []));
}

describe.each(['orthogonal', 'kaiming-normal'])('without compression, from %s', (base) => {
  const conv = pictures.layers.map((layer) => layer.replace('groups: 2 ', 'groups: 2, bias: false '));
  it.each([
    ['linear layers', {}],
    ['convolutions', { layers: conv, optimizer: 'adam', learningRate: 0.003 }],
  ] as const)('a run of stable-rps is the dense run of its seed, from its first step on: %s', async (_, change) => {
    const engine = await TestEngine.greeted();
    const dense = await lossesOf(engine, { ...change, density: 1, init: 'base', sparsity: `base: ${base}` });
    const shared = await lossesOf(engine, { ...change, sharing: `compression: 1, base: ${base}` });
    expect(shared).toHaveLength(totalSteps);
    shared.forEach((loss, step) => expect(Math.abs(loss - dense[step])).toBeLessThan(1e-5 * dense[step]));
    expect(shared[0]).toBe(dense[0]);
    // Which a memory drawn in any other way is not.
    const other = await lossesOf(engine, { ...change, sharing: `compression: 1.01, base: ${base}` });
    expect(Math.abs(other[0] - dense[0])).toBeGreaterThan(1e-3);
  });
});

describe('the folder of a run that shares weights', () => {
  it('biases stay dense: they begin as drawn for the layer without sharing, and are trained', async () => {
    const engine = await TestEngine.greeted();
    const biasesOf = async (change: Parameters<Project['start']>[0]): Promise<Float32Array[]> => {
      const { directory } = await engine.run(project.start(change));
      const folder = new RunFolder(directory);
      const found: Float32Array[] = [];
      for (const path of [
        folder.initFile,
        `${folder.checkpoints}/step-${String(totalSteps).padStart(6, '0')}.safetensors`,
      ]) {
        const file = await open(path);
        found.push(await file.readFloat32(file.need('layers.fc1.bias')));
        await file.close();
      }
      return found;
    };
    const [drawn, trained] = await biasesOf({ sharing: 'compression: 8, gain: { bias: 0.1 }' });
    const [dense] = await biasesOf({ sharing: 'compression: 1, gain: { bias: 0.1 }' });
    const [none] = await biasesOf({ sharing: 'compression: 8' });
    expect(drawn).toEqual(dense);
    const spread = Math.sqrt(drawn.reduce((sum, value) => sum + value * value, 0) / drawn.length);
    expect(spread).toBeGreaterThan(0.03);
    expect(spread).toBeLessThan(0.25);
    expect(none.every((value) => value === 0)).toBe(true);
    expect(trained.every((value, k) => value !== drawn[k])).toBe(true);
  });

  it('holds the memory and what recovers the weights, not the weights', async () => {
    const engine = await TestEngine.greeted();
    const { directory } = await engine.run(project.start({ sharing: 'compression: 8' }));
    const record = await recordOf(directory);
    expect(record.state).toBe('completed');
    const m = Math.floor(n / 8);
    expect(record.sharing).toMatchObject({ method: 'stable-rps', mapping: 'fold', compression: 8, n, m });
    expect(record.distribution).toBeUndefined();
    const { bytes } = record.sharing!;
    expect(bytes).toMatchObject({ memory: 4 * m, optimizer: 4 * (m + biases), dense: 4 * biases, weights: 4 * n });
    // Of a fold the numbers along its stretches are all that is kept.
    expect(bytes.index).toBeLessThan(500);
    expect(record.layers.map(({ density, nonZeros }) => [density, nonZeros])).toEqual(
      [784 * 12, 12 * 12, 12 * 10].map((weights) => [1, weights]),
    );
    const told: unknown = JSON.parse(await readFile(join(directory, 'sharing.json'), 'utf8'));
    expect(told).toMatchObject({ method: 'stable-rps', n, m, load: { max: 8, unused: 0 } });
    const files = await filesIn(directory);
    expect(files.filter((name) => name.startsWith('masks/'))).toEqual([]);
    const init = await open(join(directory, 'init.safetensors'));
    expect(init.tensors.filter(({ recovered }) => !recovered).map(({ name, shape }) => [name, shape])).toEqual([
      ['sharing.memory', [m]],
      ['layers.fc1.bias', [12]],
      ['layers.fc2.bias', [12]],
      ['layers.fc3.bias', [10]],
    ]);
    await init.close();
    const last = await open(
      new RunFolder(directory).checkpoints + `/step-${String(totalSteps).padStart(6, '0')}.safetensors`,
    );
    expect(
      last.tensors
        .filter(({ recovered }) => !recovered)
        .map(({ name }) => name)
        .filter((name) => name.includes('fc1') || name.includes('memory')),
    ).toEqual([
      'sharing.memory',
      'layers.fc1.bias',
      'optimizer.sharing.memory.momentum',
      'optimizer.layers.fc1.bias.momentum',
    ]);
    // The file alone is enough.
    const { sharing, scales, memory } = last.shared!;
    for (const [l, weights] of expand(sharing, scales, memory).entries()) {
      const { name, rows, columns } = sharing.layers[l];
      const entry = last.need(`layers.${name}.weight`);
      expect(entry.shape).toEqual([rows, columns]);
      expect(await last.readFloat32(entry)).toEqual(weights);
      expect(await last.readFloat64(entry, 5, 17)).toEqual(Float64Array.from(weights.subarray(5, 17)));
      const mask = await last.readBytes(last.need(`layers.${name}.mask`), 1, 4);
      expect([...mask]).toEqual([1, 1, 1]);
    }
    await last.close();
  });

  it('is read like that of any run: masks, weights, values', async () => {
    const engine = await TestEngine.greeted();
    const { directory } = await engine.run(project.start(pictures));
    expect((await recordOf(directory)).state).toBe('completed');
    const reader = new RunReader(new RunFolder(directory));
    const range = { rowStart: 1, rowEnd: 3, columnStart: 2, columnEnd: 9 };
    const file = await open(join(directory, 'init.safetensors'));
    const shared = file.shared!;
    expect(shared.sharing.layers.map(({ name }) => name)).toEqual(['conv1', 'conv2']);
    const weights = expand(shared.sharing, shared.scales, shared.memory);
    for (const [l, layer] of ['conv1', 'conv2'].entries()) {
      const { columns } = shared.sharing.layers[l];
      const { values } = await reader.valueTile({ layer, step: 0, ...range });
      const expected = [1, 2].flatMap((row) => [...weights[l].subarray(row * columns + 2, row * columns + 9)]);
      expect([...values]).toEqual(expected);
      expect((await reader.weightTile({ layer, step: totalSteps, ...range })).scale).toBeGreaterThan(0);
      const { bits } = await reader.maskTile({ layer, ...range });
      expect([...bits]).toEqual([0x7f, 0x7f]);
    }
    const whole = { rowStart: 0, rowEnd: 2, columnStart: 0, columnEnd: 8 };
    expect([...(await reader.maskTile({ layer: 'last', ...whole })).bits]).toEqual([0xff, 0xff]);
    await file.close();
    reader.dispose();
  });
});

describe.each(['wasm', 'cpu'] as const)('a run that shares weights, resumed on %s', (backend) => {
  const stops: [string, (event: RunEvent) => boolean][] = [
    ['while initialising', (event) => event.type === 'layer' && event.layer.name !== 'fc1'],
    ['after the first step', (event) => event.type === 'step' && event.step === 1],
    ['between checkpoints', (event) => event.type === 'step' && event.step === 7],
    ['before the last checkpoint', (event) => event.type === 'epoch' && event.step === totalSteps],
  ];

  it.each(stops.flatMap((stop) => [[...stop, { sharing: 'compression: 8' }] as const, [...stop, pictures] as const]))(
    'after a cancel %s comes to the same bytes and the same journal',
    async (_, when, change) => {
      const engine = await TestEngine.greeted(backend);
      const straight = await engine.run(project.start(change));
      const { directory } = await engine.runUntil(project.start(change), when);
      expect((await recordOf(directory)).state).toBe('cancelled');
      await engine.resume(directory);
      expect((await recordOf(directory)).state).toBe('completed');
      expect((await finalCheckpoint(directory)).equals(await finalCheckpoint(straight.directory))).toBe(true);
      expect(await outcome(directory)).toEqual(await outcome(straight.directory));
    },
  );
});

describe('a run that shares weights', () => {
  /** Interrupted at its first checkpoint, whose `text` has a character for each byte; beside one that went `straight` on. */
  async function interrupted() {
    const engine = await TestEngine.greeted();
    const change = { sharing: 'compression: 8' };
    const straight = await engine.run(project.start(change));
    const { directory } = await engine.runUntil(project.start(change), (e) => e.type === 'step' && e.step === 10);
    const file = join(directory, 'checkpoints/step-000010.safetensors');
    const text = (await readFile(file)).toString('latin1');
    return { engine, straight, directory, file, text };
  }

  it('passes over a checkpoint whose weights are mapped in another way', async () => {
    const { engine, straight, directory, file, text } = await interrupted();
    // A seed of as many digits.
    const other = text.replace(
      /(\\"seed\\":)(\d)/,
      (_, key: string, digit: string) => key + (digit === '1' ? '2' : '1'),
    );
    expect(other).not.toBe(text);
    const wiring = async () => {
      const never = () => Promise.reject(new Error('not asked for'));
      const subject = runSubject(new RunFolder(directory), never, never);
      const { findings } = await subject.report({ signal: new AbortController().signal, progress: () => undefined });
      return findings.filter(({ id }) => id === 'D13').map(({ verdict, sentence }) => `${verdict}: ${sentence}`);
    };
    expect(await wiring()).toEqual([
      expect.stringContaining('ok: The mapping of the config is the one that the memory of init.safetensors'),
      expect.stringContaining('ok: The mapping of the config is the one that the memory of step-000010.safetensors'),
    ]);
    await writeFile(file, Buffer.from(other, 'latin1'));
    expect(await wiring()).toEqual([
      expect.stringMatching(/^ok: .* init\.safetensors/),
      expect.stringMatching(/^fail: The memory of step-000010\.safetensors .* the seed of the mapping .* noise/),
    ]);
    await engine.resume(directory);
    // As much as a person is told whose file does not fit a config.
    const told = engine.logs.find(({ message }) => message.includes('step-000010'))?.message;
    expect(told).toMatch(
      /cannot be used \(engine\.checkpoint-mismatch: the seed of the mapping \(drawn from `seed`\) is \d+ in the file and \d+ in the config\)/,
    );
    expect((await finalCheckpoint(directory)).equals(await finalCheckpoint(straight.directory))).toBe(true);
  });

  it('passes over a checkpoint that watched fewer layers, says so, and comes to the same result', async () => {
    const { engine, straight, directory, file, text } = await interrupted();
    // As many numbers, in rows of half the length; a header of as many bytes.
    const narrower = text.replace(
      /("sharing\.watch":[^}]*"shape":)(\[(\d+),10\])/,
      (_, key: string, shape: string, rows: string) => key + `[${Number(rows) * 2},5]`.padEnd(shape.length),
    );
    expect(narrower).not.toBe(text);
    await writeFile(file, Buffer.from(narrower, 'latin1'));
    await engine.resume(directory);
    expect(engine.logs.map(({ message }) => message).filter((message) => message.includes('step-000010'))).toEqual([
      expect.stringMatching(
        /cannot be used \(engine\.checkpoint-mismatch: sharing\.watch is not what a run of these shared layers writes\)/,
      ),
    ]);
    expect((await recordOf(directory)).state).toBe('completed');
    expect((await finalCheckpoint(directory)).equals(await finalCheckpoint(straight.directory))).toBe(true);
  });

  it('is refused before there is a folder when its tiles do not fit', async () => {
    const engine = await TestEngine.greeted();
    const change = { sharing: 'method: roast, compression: 400, tile: [64, 64]' };
    const { message } = await failure(() => engine.run(project.start(change)));
    expect(message).toMatch(/compression of at most/);
    expect(await project.runs()).toEqual([]);
  });
});

describe('a shared memory is watched', () => {
  const ofType = <T extends RunEvent['type']>(events: RunEvent[], type: T): Extract<RunEvent, { type: T }>[] =>
    events.filter((event): event is Extract<RunEvent, { type: T }> => event.type === type);

  it('at the steps that probes.divergence names, from before the first to the last', async () => {
    const engine = await TestEngine.greeted();
    const change = { sharing: 'compression: 8', probes: 'divergence: { at: [3], every: 10 }' };
    const { directory } = await engine.run(project.start(change));
    const told = ofType(await readJournal(new RunFolder(directory).journalFile), 'sharing');
    expect(told.map(({ step }) => step)).toEqual([0, 3, 10, totalSteps]);
    for (const { step, layers, memoryGrowth } of told) {
      expect(layers.map(({ layer }) => layer)).toEqual(['fc1', 'fc2', 'fc3']);
      for (const { updateRatio, norm } of layers) {
        expect(norm).toBeGreaterThan(0);
        if (step === 0) expect(updateRatio).toBe(0);
        else expect(updateRatio).toBeGreaterThan(0);
      }
      expect(memoryGrowth).toBeGreaterThan(0.5);
    }
    expect(told[0].memoryGrowth).toBe(1);
    const reader = new RunReader(new RunFolder(directory));
    expect((await reader.sharingEvents({ start: 1, end: 3 })).items).toEqual(told.slice(1, 3));
    expect(await reader.sharingFailures()).toEqual([]);
    reader.dispose();
  });

  const wild = 'method: roast, compression: 20, tile: [4, 4], initStd: 0.0005';

  it('ends a run that is lost with the layer and the step where it began, and keeps the steps before', async () => {
    const engine = await TestEngine.greeted();
    const { directory } = await engine.run(project.start({ sharing: wild, learningRate: 0.5 }));
    const record = await recordOf(directory);
    expect(record.state).toBe('failed');
    expect(record.error?.code).toBe('sharing.not-finite');
    expect(record.error?.message).toMatch(/It began in layer "fc\d" at step \d+/);
    const reader = new RunReader(new RunFolder(directory));
    const kept = await readSharingFailures(new RunFolder(directory));
    const failed = kept.find(({ code }) => code === 'sharing.not-finite');
    expect(await reader.sharingFailures()).toEqual(kept);
    expect(failed).toMatchObject({ value: null, threshold: null });
    expect(failed!.layer).toMatch(/^fc\d$/);
    expect(failed!.steps.length).toBeGreaterThan(0);
    expect(failed!.steps[0].loss).toBeGreaterThan(0);
    const last = failed!.steps.at(-1)!;
    expect([last.loss, last.memoryNorm]).toContain(null);
    // What led there was told as it came.
    const warnings = ofType(await readJournal(new RunFolder(directory).journalFile), 'warning');
    expect(warnings.map(({ code }) => code)).toContain('sharing.update-ratio');
    // And the steps before each of it, in the same order, are kept beside those before the end.
    expect(kept.map(({ code }) => code)).toEqual([...warnings.map(({ code }) => code), 'sharing.not-finite']);
    const leap = kept.find(({ code }) => code === 'sharing.update-ratio')!;
    expect(leap).toMatchObject({ verdict: 'warn', threshold: 0.1 });
    const moved = leap.steps.at(-1)!.layers.map(({ updateRatio }) => updateRatio!);
    expect(leap.value).toBe(Math.max(...moved));
    expect(leap.steps.at(-1)!.layers.some(({ updateRatio }) => updateRatio! > 0.1)).toBe(true);
    reader.dispose();
  });

  it('tells of a leap of each layer once, of those that are not shared too, and of eight at most', async () => {
    const engine = await TestEngine.greeted();
    const names = Array.from({ length: 11 }, (_, k) => `fc${k + 1}`);
    const layers = names.flatMap((name, k) => [
      `{ name: ${name}, linear: { in: ${k === 0 ? 784 : 12}, out: ${k === 10 ? 10 : 12} } }`,
      ...(k === 10 ? [] : ['{ activation: tanh }']),
    ]);
    const sharing = 'compression: 8, include: { names: [fc1, fc2, fc3] }';
    const { directory } = await engine.run(project.start({ layers, sharing, learningRate: 5 }));
    const warnings = ofType(await readJournal(new RunFolder(directory).journalFile), 'warning');
    const leaps = warnings.filter(({ code }) => code === 'sharing.update-ratio');
    expect(leaps).toHaveLength(8);
    const told = leaps.map(({ layer }) => layer!);
    expect(new Set(told).size).toBe(8);
    expect(told.some((layer) => Number(layer.slice(2)) > 3)).toBe(true);
    for (const { layer, message } of leaps) {
      expect(message).toContain(`layer "${layer}"`);
      expect(message.includes('not shared')).toBe(Number(layer!.slice(2)) > 3);
      // The run is of stable-rps.
      expect(message).toMatch(/ [uU]se a smaller learning rate\.$/);
    }
    const kept = await readSharingFailures(new RunFolder(directory));
    expect(kept.filter(({ code }) => code === 'sharing.update-ratio').map(({ layer }) => layer)).toEqual(told);
    // The steps that are kept have all layers.
    expect(kept[0].steps[0].layers.map(({ layer }) => layer)).toEqual(names);
  });

  it('ends a run whose weights are too large for its probes with where they grew, not with the probe', async () => {
    // Of inputs of zeros the loss and all gradients are finite, whatever the weights: the first layer alone is too much.
    const put = (name: string, bytes: Uint8Array): Promise<void> => writeFile(join(project.root, 'data', name), bytes);
    await put('x_train.npy', npyFile('<f4', [60, 16], new Float32Array(960)));
    await put(
      'y_train.npy',
      npyFile(
        '<u1',
        [60],
        Uint8Array.from({ length: 60 }, (_, i) => i % 10),
      ),
    );
    const layers = Array.from({ length: 20 }, (_, k) => {
      const [from, to] = [k === 0 ? 16 : 12, k === 19 ? 10 : 12];
      return `{ name: fc${k + 1}, linear: { in: ${from}, out: ${to}, bias: false } }`;
    });
    const change = {
      ...{ layers, data: 'source: npy, path: ./data', jacobian: '2', weightDecay: 0 },
      sharing: 'compression: 1, base: orthogonal, gain: { weight: 100 }',
    };
    const { directory } = await TestEngine.greeted().then((engine) => engine.run(project.start(change)));
    const { error } = await recordOf(directory);
    expect(error?.message).toMatch(/^After the update of step 2 the weights are so large that what a probe computes/);
    expect(error).toMatchObject({ code: 'sharing.not-finite' });
    expect((await readSharingFailures(new RunFolder(directory))).at(-1)).toMatchObject({ verdict: 'fail', step: 2 });
  });

  it('goes on with what it had seen, so that a resumed run is told the same', async () => {
    const engine = await TestEngine.greeted();
    const change = { sharing: wild.replace('0.0005', '0.03'), learningRate: 0.05, probes: 'divergence: { every: 3 }' };
    const straight = await engine.run(project.start(change));
    const { directory } = await engine.runUntil(project.start(change), (e) => e.type === 'step' && e.step === 13);
    await engine.resume(directory);
    const expected = await outcome(straight.directory);
    expect(expected.some((event) => 'code' in event)).toBe(true);
    expect(await outcome(directory)).toEqual(expected);
    expect((await finalCheckpoint(directory)).equals(await finalCheckpoint(straight.directory))).toBe(true);
  });
});

it('draws a network that shares weights as its run begins, tied layers once', async () => {
  const engine = await TestEngine.greeted();
  const change = {
    layers: [
      '{ name: fc1, linear: { in: 784, out: 12 } }',
      '{ activation: tanh }',
      '{ name: fc2, linear: { in: 12, out: 12 } }',
      '{ activation: tanh }',
      '{ again: fc2 }',
      '{ activation: tanh }',
      '{ name: fc3, linear: { in: 12, out: 10 } }',
    ],
    sharing: 'compression: 8',
  };
  const { directory } = await engine.run(project.start(change));
  expect((await recordOf(directory)).sharing).toMatchObject({ n, m: Math.floor(n / 8) });
  const output = join(project.root, 'init.safetensors');
  await engine.api.initialise({ ...project.start(change), output }, context());
  expect((await readFile(output)).equals(await readFile(join(directory, 'init.safetensors')))).toBe(true);
});
