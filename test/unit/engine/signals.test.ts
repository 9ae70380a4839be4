import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { finish } from '../../../src/core/parts';
import type { Network } from '../../../src/core/network';
import { cpu } from '../../../src/engine/backends/cpu';
import { wasm } from '../../../src/engine/backends/wasm';
import { freshOther, otherLayers } from '../../../src/engine/states';
import type { LayerState, NetworkState } from '../../../src/engine/states';
import { Trainer } from '../../../src/engine/trainer';
import type { RunEvent, SignalsEvent } from '../../../src/protocol/run';
import { RunFolder } from '../../../src/runs/folder';
import { readJournal } from '../../../src/runs/journal';
import { outcome, Project, recordOf, TestEngine, totalSteps } from './project';
import { batchOf, smallNetwork, smallState } from './reference';

const settings = { optimizer: { name: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 0 } } as const;

const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0);
const squares = (values: ArrayLike<number>): number => sum(Array.from(values, (value) => value * value));

/** W x + b of each example. */
const through = ({ weight, bias, rows, columns }: LayerState, x: readonly number[][]): number[][] =>
  x.map((example) =>
    Array.from({ length: rows }, (_, r) => bias![r] + sum(example.map((value, c) => value * weight[r * columns + c]))),
  );

const variance = (rows: readonly number[][]): number => {
  const [first] = rows;
  const each = first.map((_, unit) => {
    const own = rows.map((row) => row[unit]);
    const mean = sum(own) / own.length;
    return sum(own.map((value) => (value - mean) ** 2)) / own.length;
  });
  return sum(each) / each.length;
};

describe.each([
  ['wasm', wasm],
  ['cpu', cpu],
] as const)('signals on %s', (_, backend) => {
  beforeAll(async () => {
    await backend.start();
  });

  it('are those of a plain forward pass, and gradients those of training', () => {
    const state = smallState();
    const trainer = new Trainer(smallNetwork, state, settings);
    const batch = batchOf(smallNetwork, 5, 3);
    const found = finish(trainer.signals(batch));
    let x = Array.from({ length: 5 }, (_, i) => [...batch.x.subarray(7 * i, 7 * i + 7)]);
    const functions = [Math.tanh, (v: number): number => Math.max(0, v)];
    const { gradients } = trainer.measure(batch);
    state.layers.forEach((layer, l) => {
      const z = through(layer, x);
      const { figures, mask } = found.get(layer.name)!;
      expect(figures.meanSquare).toBeCloseTo(squares(z.flat()) / z.flat().length, 5);
      expect(figures.variance).toBeCloseTo(variance(z), 5);
      expect(figures.weightNorm).toBeCloseTo(Math.sqrt(squares(layer.weight)), 5);
      expect(figures.units).toBe(layer.rows);
      expect(mask).toEqual(layer.mask);
      const kept = gradients[l].map((gradient, i) => gradient * layer.mask[i]);
      expect(figures.gradientNorm).toBeCloseTo(Math.sqrt(squares(kept)), 5);
      if (l === 2) expect([figures.activationVariance, figures.dead]).toEqual([null, null]);
      else {
        x = z.map((row) => row.map(functions[l]));
        expect(figures.activationVariance).toBeCloseTo(variance(x), 5);
        expect(figures.dead).toBe(l === 0 ? 0 : x[0].filter((_, unit) => x.every((row) => row[unit] === 0)).length);
      }
    });
    trainer.dispose();
  });

  it('have the gradients by preactivations: of one example, those by the weights over what they see', () => {
    const state = smallState();
    const trainer = new Trainer(smallNetwork, state, settings);
    const batch = batchOf(smallNetwork, 1, 4);
    const found = finish(trainer.signals(batch));
    const { gradients } = trainer.measure(batch);
    const first = [...batch.x];
    const second = through(state.layers[0], [first])[0].map(Math.tanh);
    [first, second].forEach((seen, l) => {
      const expected = squares(gradients[l]) / squares(seen);
      expect(found.get(state.layers[l].name)!.squaredGradients / expected).toBeCloseTo(1, 4);
    });
    trainer.dispose();
  });

  it('tell units that are 0 or saturated for every example', () => {
    const state = smallState();
    const [first, second] = state.layers;
    // tanh: units 1 and 3 at their ends, nothing reaches unit 2, which gives 0.
    first.weight.fill(0, 0, 3 * 7);
    first.bias!.set([9, 0, -9]);
    // ReLU: the first two below 0, the others above.
    second.weight.fill(0);
    second.bias!.set([-1, -50, 0.1, 0.1, 50, 1]);
    const trainer = new Trainer(smallNetwork, state, settings);
    const found = finish(trainer.signals(batchOf(smallNetwork, 8, 1)));
    expect(found.get('fc1')!.figures.dead).toBe(3);
    expect(found.get('fc2')!.figures.dead).toBe(2);
    trainer.dispose();
  });

  it('leave no tensor behind and change nothing, running averages included', () => {
    const network: Network = {
      inputs: 48,
      picture: [3, 4, 4],
      classes: 3,
      layers: [
        { kind: 'conv', name: 'a', in: 3, out: 4, kernel: [3, 3], stride: 1, padding: 'zero', groups: 1, bias: false },
        { kind: 'norm', over: 'batch', name: 'n', size: 4 },
        { kind: 'activation', fn: 'relu' },
        {
          kind: 'residual',
          branch: [{ kind: 'conv', name: 'b', in: 4, out: 4, kernel: [3, 3], stride: 1, padding: 'zero', groups: 2 }],
          shortcut: [],
        },
        { kind: 'activation', fn: 'gelu' },
        { kind: 'mean' },
        { kind: 'linear', name: 'c', in: 4, out: 3 },
      ],
    };
    const layer = (name: string, rows: number, columns: number, bias: boolean): LayerState => ({
      name,
      rows,
      columns,
      weight: Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(i + 1)),
      mask: new Uint8Array(rows * columns).fill(1),
      ...(bias && { bias: new Float32Array(rows) }),
      weightSlots: [],
      biasSlots: [],
    });
    const state: NetworkState = {
      layers: [
        { ...layer('a', 4, 27, false), kernel: [3, 3], groups: 1 },
        { ...layer('b', 4, 18, true), kernel: [3, 3], groups: 2 },
        layer('c', 3, 4, true),
      ],
      others: otherLayers(network).map((other) => freshOther(other, () => new Float32Array())),
    };
    const trainer = new Trainer(network, state, settings);
    const batch = batchOf(network, 6, 2);
    const before = trainer.state();
    const tensors = tf.memory().numTensors;
    const found = finish(trainer.signals(batch));
    expect(tf.memory().numTensors).toBe(tensors);
    expect(trainer.state()).toEqual(before);
    const of = (name: string) => found.get(name)!.figures;
    expect(['a', 'b', 'c'].map((name) => of(name).units)).toEqual([4, 4, 3]);
    // What follows the sum of a residual is no activation of its last layer alone.
    expect([of('a').dead, of('b').dead, of('c').dead]).toEqual([0, null, null]);
    // The norm takes the batch's own statistics: as training does, whose gradient this is.
    const { gradients } = trainer.measure(batch);
    expect(of('a').gradientNorm).toBeCloseTo(Math.sqrt(squares(gradients[0])), 5);
    trainer.dispose();
  });
});

describe('probes.signals', () => {
  let project: Project;
  beforeAll(async () => void (project = await Project.create()));
  afterAll(() => project.remove());

  const journalOf = (directory: string): Promise<RunEvent[]> => readJournal(new RunFolder(directory).journalFile);
  const signalsIn = async (directory: string): Promise<SignalsEvent[]> =>
    (await journalOf(directory)).filter((event) => event.type === 'signals');

  it('are recorded at the steps that are named and every so many, measured and predicted', async () => {
    const engine = await TestEngine.greeted();
    const { directory } = await engine.run(
      project.start({
        init: 'base',
        sparsity: 'base: lecun-normal',
        probes: 'signals: { at: [2, end], every: 7, samples: 6 }',
      }),
    );
    const events = await signalsIn(directory);
    expect(events.map(({ step, samples }) => [step, samples])).toEqual(
      [0, 2, 7, 14, totalSteps].map((step) => [step, 6]),
    );
    // Throughput and memory at the same steps, and after the epochs.
    const usage = (await journalOf(directory)).filter((event) => event.type === 'usage');
    expect(usage.map(({ step }) => step)).toEqual([0, 2, 6, 7, 12, 14, totalSteps]);
    expect(usage.map(({ examplesPerSecond }) => examplesPerSecond === null)).toEqual([
      true,
      ...Array<boolean>(6).fill(false),
    ]);
    const { layers: drawn } = await recordOf(directory);
    const [{ layers, deep }] = events;
    // Two activations: no one network goes on for ever.
    expect(deep).toBeNull();
    expect(layers.map(({ layer, kept }) => [layer, kept])).toEqual(drawn.map(({ name, nonZeros }) => [name, nonZeros]));
    for (const { kept, effective, dense, sparse, meanSquare } of layers) {
      expect(effective).toBeLessThanOrEqual(kept);
      expect(dense!.q).toBeGreaterThan(0);
      // Twelve units, six examples: the order of magnitude is what can be held.
      expect(Math.abs(Math.log(meanSquare / sparse!.q))).toBeLessThan(Math.log(5));
    }
    // Nearly a third of the weights are kept at their dense size.
    expect(layers[0].sparse!.q / layers[0].dense!.q).toBeCloseTo(0.3, 1);
    expect(layers.map(({ chi, sparse }) => [chi === null, sparse!.chi === null])).toEqual([
      [true, true],
      [false, false],
      [false, false],
    ]);
  });

  it('are of no more examples than fit in the memory of a step', async () => {
    const engine = await TestEngine.greeted();
    const change = { train: 'memory: 1.0e-6', epochs: 0, probes: 'signals: { at: [0], samples: 6 }' };
    const { directory } = await engine.run(project.start(change));
    expect((await signalsIn(directory)).map(({ samples }) => samples)).toEqual([1]);
  });

  it('cost nothing when not named, and are the same after a cancel', async () => {
    const engine = await TestEngine.greeted();
    const without = await engine.run(project.start());
    expect(await signalsIn(without.directory)).toEqual([]);
    const change = { probes: 'signals: { every: 3, samples: 6 }' };
    const whole = await engine.run(project.start(change));
    const stop = (event: RunEvent): boolean => event.type === 'signals' && event.step === 6;
    const { directory } = await engine.runUntil(project.start(change), stop);
    await engine.resume(directory);
    expect(await outcome(directory)).toEqual(await outcome(whole.directory));
    // The weights come out as if nothing had been measured.
    expect((await outcome(whole.directory)).filter((event) => !('deep' in event))).toEqual(
      await outcome(without.directory),
    );
  });
});
