/** The input-output Jacobian of whole networks, and what methods promise of it. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/config/parse';
import { checkedPlan } from '../../../src/config/plan';
import type { Config } from '../../../src/config/types';
import { finish } from '../../../src/core/parts';
import { wasm } from '../../../src/engine/backends/wasm';
import { describeLayer, freshOthers, freshState } from '../../../src/engine/initialise';
import { LayerDraws } from '../../../src/engine/layer-draws';
import { alongDepth } from '../../../src/engine/probes/depth';
import { jacobianProbe, jacobianSpectrum } from '../../../src/engine/probes/jacobian';
import { Trainer } from '../../../src/engine/trainer';
import type { LayerSummary } from '../../../src/protocol/run';
import { knownFacts } from '../../../src/core/data-sets';
import { batchOf } from './reference';

beforeAll(async () => {
  await wasm.start();
});

/** A trainer of what the config begins with, and its layers. */
function begun(text: string): {
  config: Config;
  trainer: Trainer;
  network: ReturnType<typeof checkedPlan>['network'];
  layers: (() => LayerSummary)[];
} {
  const config = parseConfig(`version: 1\n${text}`, 'yaml').config!;
  const { network, gain, layers: plans } = checkedPlan(config, knownFacts(config.data.source)!);
  const drawing = { config, gain, wanted: new Map<string, never>() };
  const draws = new LayerDraws(drawing, plans, new Map());
  const layers: (() => LayerSummary)[] = [];
  const states = plans.map((layer) => {
    const drawn = finish(draws.draw(layer));
    layers.push(() => finish(describeLayer(drawing, layer, drawn, undefined)).summary);
    return freshState(layer, drawn);
  });
  const trainer = new Trainer(
    network,
    { layers: states, others: freshOthers(config, network) },
    { optimizer: config.train.optimizer },
  );
  return { config, trainer, network, layers };
}

function begunLayers(text: string): LayerSummary[] {
  const { trainer, layers } = begun(text);
  trainer.dispose();
  return layers.map((layer) => layer());
}

describe('mlp-7', () => {
  const mlp = (density: number, init: string): string =>
    `model: { preset: mlp-7, activation: linear }\nsparsity: { density: ${density}, distribution: erk, init: ${init} }\n`;

  it.each([0.03, 0.05, 0.1, 0.2, 0.5, 1])(
    'that is linear keeps all singular values at 1 under EOI, density %d',
    (density) => {
      const { trainer, network, layers } = begun(mlp(density, 'eoi'));
      const { values } = finish(jacobianSpectrum(trainer, batchOf(network, 2, 1), network, 0));
      expect(values).toHaveLength(20);
      for (const value of values) expect(Math.abs(value - 1)).toBeLessThan(1e-5);
      expect(layers.every((layer) => layer().singularValues.dead === 0)).toBe(true);
      trainer.dispose();
    },
  );

  // A few steps leave what the mask makes impossible; thousands let some more directions die.
  it.each([
    [0.03, 20],
    [0.05, 20],
    [0.1, 2000],
    [0.15, 2000],
  ])('has dead directions under AI at density %d after %i steps, and says how many', (density, iterations) => {
    const text = mlp(density, `ai, ai: { iterations: ${iterations} }`).replace('erk', 'uniform');
    // Those of 100 x 100 weights.
    const told = begunLayers(text).slice(1, 6);
    const dead = told.map(({ singularValues }) => singularValues.dead);
    expect(dead.reduce((a, b) => a + b)).toBeGreaterThan(0);
    told.forEach(({ details, shape }, l) => {
      expect(shape).toEqual([100, 100]);
      expect(dead[l]).toBeGreaterThanOrEqual(details!.unrepairable!);
      expect(details!.residual!).toBeGreaterThanOrEqual(Math.sqrt(dead[l]) - 1e-6);
    });
    if (density <= 0.05) expect(told.some(({ details }) => details!.unrepairable! > 0)).toBe(true);
  });
});

describe('along depth', () => {
  const mlp = (model: string, sparsity: string, depths = 16): string =>
    `model: { ${model} }\nsparsity: { ${sparsity} }\nprobes: { jacobian: { depths: ${depths} } }\n`;

  it('ends at the Jacobian of the logits, and is as wide as asked for', () => {
    const text = mlp('preset: mlp-7, activation: tanh', 'density: 0.3, init: base', 4);
    const { trainer, network, config } = begun(text);
    const batch = batchOf(network, 3, 1);
    const { depth, summary, values } = finish(jacobianProbe({ config, network, trainer }, batch, 0));
    expect(depth!.samples).toBe(3);
    expect(depth!.layers.map(({ layer, index }) => [layer, index])).toEqual([
      ['fc1', 1],
      ['fc3', 3],
      ['fc5', 5],
      ['fc7', 7],
    ]);
    const last = depth!.layers.at(-1)!;
    for (const key of ['min', 'mean', 'max'] as const) expect(last.summary[key] / summary[key]).toBeCloseTo(1, 4);
    expect(last.meanSquare).toBeCloseTo(values.reduce((sum, value) => sum + value * value, 0) / values.length, 5);
    trainer.dispose();
  });

  it('is 1 in linear networks under EOI, measured and predicted', () => {
    const text = mlp('preset: mlp-7, activation: linear', 'density: 0.1, distribution: erk, init: eoi');
    const { trainer, network, config } = begun(text);
    const found = finish(jacobianProbe({ config, network, trainer }, batchOf(network, 2, 1), 0));
    expect(found.meanField).toBeCloseTo(1, 5);
    expect(found.depth!.layers).toHaveLength(7);
    for (const { summary, meanSquare, meanField } of found.depth!.layers)
      for (const value of [summary.min, summary.max, meanSquare, meanField!]) expect(value).toBeCloseTo(1, 5);
    trainer.dispose();
  });

  it('is predicted for circular convolutions, and estimated beside it', () => {
    const own = `layers: [
      { name: a, conv: { in: 3, out: 16, kernel: 3, padding: circular } }, { activation: tanh },
      { name: b, conv: { in: 16, out: 16, kernel: 3, padding: circular, stride: 2 } }, { activation: tanh },
      { name: c, linear: { in: 4096, out: 10 } }]`;
    const ratios = Array.from({ length: 6 }, (_, seed) => {
      const { trainer, network, config } = begun(
        `seed: ${seed}\nmodel: { ${own} }\ndata: { source: synthetic-images }\nsparsity: { density: 0.4, init: base, base: lecun-normal }\n`,
      );
      const { depth, meanField, values } = finish(
        jacobianProbe({ config, network, trainer }, batchOf(network, 2, seed), 0),
      );
      expect(depth!.layers.map(({ layer, estimated }) => [layer, estimated])).toEqual([
        ['a', true],
        ['b', true],
        ['c', undefined],
      ]);
      const [a, , c] = depth!.layers;
      // The first convolution is what it is whatever the example: its rows have the length that theory takes them to have.
      expect(Math.abs(a.meanSquare / a.meanField! - 1)).toBeLessThan(0.1);
      expect(c.meanField).toBe(meanField);
      trainer.dispose();
      return values.reduce((sum, value) => sum + value * value, 0) / values.length / meanField!;
    });
    expect(Math.abs(ratios.reduce((a, b) => a + b) / ratios.length - 1)).toBeLessThan(0.15);
  });

  const pictures = 'data: { source: synthetic-images }\nsparsity: { density: 0.5, init: base }\n';

  it.each([
    'preset: resnet-20, width: 4',
    'preset: cnn, depth: 8, width: 4',
    'preset: efficientnet-b0, width: 4',
    'preset: deit-blocks, depth: 2, width: 64',
    'preset: vgg-11, width: 2',
  ])('ends at the Jacobian of the logits and is as wide as asked for: %s', (model) => {
    const { trainer, network, config } = begun(`model: { ${model} }\n${pictures}probes: { jacobian: { depths: 3 } }\n`);
    const tensors = tf.memory().numTensors;
    const event = finish(jacobianProbe({ config, network, trainer }, batchOf(network, 1, 1), 0));
    expect(tf.memory().numTensors).toBe(tensors);
    const { depth, depthNote, summary, values } = event;
    expect([depth!.samples, depth!.steps, depthNote, event.meanField]).toEqual([1, 12, undefined, undefined]);
    expect(depth!.layers.map(({ index }) => index)).toEqual([
      1,
      Math.round((trainer.weights().length + 1) / 2),
      trainer.weights().length,
    ]);
    const last = depth!.layers.at(-1)!;
    expect(last.estimated).toBeUndefined();
    for (const key of ['min', 'mean', 'max', 'dead'] as const)
      expect(Math.abs(last.summary[key]! - summary[key])).toBeLessThan(1e-3 * summary.max);
    expect(last.meanSquare / (values.reduce((sum, value) => sum + value * value, 0) / values.length)).toBeCloseTo(1, 3);
    for (const { summary: found, meanSquare, estimated } of depth!.layers) {
      expect(found.min).toBeLessThanOrEqual(found.mean * (1 + 1e-9));
      expect(found.mean).toBeLessThanOrEqual(Math.sqrt(meanSquare) * (1 + 1e-9));
      expect(Math.sqrt(meanSquare)).toBeLessThanOrEqual(found.max * (1 + 1e-9));
      if (estimated) expect(found.dead).toBeNull();
    }
    trainer.dispose();
  });

  it('of a layer anywhere is what small changes of the inputs make, both ways', () => {
    const { trainer, network } = begun(`model: { preset: resnet-20, width: 4, activation: tanh }\n${pictures}`);
    const batch = batchOf(network, 2, 1);
    for (const name of ['stage1-block2-conv1', 'stage2-block1-conv2', 'fc']) {
      const x = batchOf(network, 2, 7).x;
      const { rows, columns, matrices, y, along, back } = finish(
        trainer.layerJacobian(name, batch, function* (jacobian) {
          const slope = Float64Array.from({ length: 2 * jacobian.rows }, (_, i) => Math.sin(i + 1));
          const forth = yield* jacobian.times(Float64Array.from(x));
          return { ...jacobian, y: slope, along: forth, back: yield* jacobian.timesTransposed(slope) };
        }),
      );
      expect(y).toHaveLength(matrices * rows);
      expect([matrices, columns, along.length, back.length]).toEqual([2, network.inputs, y.length, x.length]);
      const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
        Array.from(a).reduce((sum, value, i) => sum + value * b[i], 0);
      expect(dot(along, y) / dot(back, x)).toBeCloseTo(1, 3);
    }
    trainer.dispose();
  });

  it('is of as many layers as its budget lets it be, and says so', () => {
    const of = (budget: number) => {
      const begin = `model: { preset: resnet-20, width: 4 }\n${pictures}probes: { jacobian: { depths: 8, budget: ${budget} } }\n`;
      const { trainer, network, config } = begun(begin);
      const { depth, depthNote } = finish(jacobianProbe({ config, network, trainer }, batchOf(network, 1, 1), 0));
      trainer.dispose();
      return [depth?.layers.length, depthNote];
    };
    const [layers, note] = of(0.3);
    expect(layers).toBeGreaterThanOrEqual(3);
    expect(layers).toBeLessThan(8);
    expect(note).toBe('fewer-layers');
    expect(of(8)).toEqual([8, undefined]);
    expect(of(0.001)).toEqual([undefined, 'too-long']);
  });

  it('says why there is none', () => {
    const none = begun(`model: { preset: resnet-20, width: 4 }\n${pictures}probes: { jacobian: { depths: 0 } }\n`);
    const { depth, depthNote } = finish(jacobianProbe(none, batchOf(none.network, 1, 1), 0));
    expect([depth, depthNote]).toEqual([undefined, 'not-asked']);
    none.trainer.dispose();
    // Weights of 1e30 leave the numbers that float32 holds in the second layer.
    const { trainer, network, config } = begun(
      `model: { preset: cnn, depth: 8, width: 4, activation: linear }\n${pictures}`,
    );
    const layers = trainer.state().layers.map((layer) => ({ ...layer, weight: layer.weight.map((w) => w * 1e30) }));
    layers.forEach((layer, index) => trainer.replace(index, layer));
    const found = finish(
      alongDepth({ config, network, trainer, layers: trainer.weights(), predicted: new Map() }, batchOf(network, 1, 1)),
    );
    expect(found.depthNote).toBe('not-finite');
    expect(found.depth!.layers.map(({ index }) => index)).toEqual([1]);
    trainer.dispose();
  });
});

describe('a preset with convolutions, norms and residuals', () => {
  it.each(['resnet-20', 'cnn, depth: 8, width: 4'])(
    'has the Jacobian that small changes of the inputs make, %s',
    (preset) => {
      const { trainer, network } = begun(
        `model: { preset: ${preset}, activation: tanh }\ndata: { source: synthetic-images }\nsparsity: { density: 0.5, init: base }\n`,
      );
      const { inputs, classes } = network;
      const batch = batchOf(network, 2, 1);
      const jacobians = finish(trainer.jacobians(batch));
      const direction = batchOf(network, 1, 9).x;
      for (const example of [0, 1]) {
        const own = batch.x.slice(example * inputs, (example + 1) * inputs);
        /** Logit of each class above that of the first, by the losses with either label. */
        const logits = (by: number): number[] => {
          const x = own.map((value, i) => value + by * direction[i]);
          const losses = Array.from(
            { length: classes },
            (_, k) => trainer.evaluate({ size: 1, x, labels: Uint8Array.of(k) }).loss,
          );
          return losses.map((loss) => losses[0] - loss);
        };
        const row = (k: number): number =>
          direction.reduce((sum, value, j) => sum + value * jacobians[example][k * inputs + j], 0);
        const step = 2e-2;
        const [up, down] = [logits(step), logits(-step)];
        const found = up.map((value, k) => (value - down[k]) / (2 * step));
        const expected = found.map((_, k) => row(k) - row(0));
        const scale = Math.max(...expected.map(Math.abs));
        expect(scale).toBeGreaterThan(0);
        found.forEach((value, k) => expect(Math.abs(value - expected[k]) / scale).toBeLessThan(0.05));
      }
      trainer.dispose();
    },
  );
});
