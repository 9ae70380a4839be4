/** The input-output Jacobian of whole networks, and what methods promise of it. */
import { beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/config/parse';
import { checkedPlan } from '../../../src/config/plan';
import { finish } from '../../../src/core/parts';
import { wasm } from '../../../src/engine/backends/wasm';
import { describeLayer, drawLayer, freshOthers, freshState } from '../../../src/engine/initialise';
import { jacobianSpectrum } from '../../../src/engine/probes/jacobian';
import { Trainer } from '../../../src/engine/trainer';
import type { LayerSummary } from '../../../src/protocol/run';
import { knownFacts } from '../../../src/core/data-sets';
import { batchOf } from './reference';

beforeAll(async () => {
  await wasm.start();
});

/** A trainer of what the config begins with, and its layers. */
function begun(text: string): {
  trainer: Trainer;
  network: ReturnType<typeof checkedPlan>['network'];
  layers: (() => LayerSummary)[];
} {
  const config = parseConfig(`version: 1\n${text}`, 'yaml').config!;
  const { network, gain, layers: plans } = checkedPlan(config, knownFacts(config.data.source)!);
  const drawing = { config, gain, wanted: new Map<string, never>() };
  const layers: (() => LayerSummary)[] = [];
  const states = plans.map((layer) => {
    const drawn = finish(drawLayer(drawing, layer, undefined));
    layers.push(() => finish(describeLayer(drawing, layer, drawn, undefined)));
    return freshState(layer, drawn);
  });
  const trainer = new Trainer(
    network,
    { layers: states, others: freshOthers(config, network) },
    { optimizer: config.train.optimizer },
  );
  return { trainer, network, layers };
}

describe('mlp-7', () => {
  const mlp = (density: number, init: string): string =>
    `model: { preset: mlp-7, activation: linear }\nsparsity: { density: ${density}, distribution: erk, init: ${init} }\n`;

  it.each([0.05, 0.1, 0.2, 0.5, 1])(
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

  it('has dead directions under AI at a small density, and says how many', () => {
    const { trainer, layers } = begun(mlp(0.03, 'ai, ai: { iterations: 20 }'));
    const told = layers.map((layer) => layer());
    const dead = told.map(({ singularValues }) => singularValues.dead);
    expect(dead.reduce((a, b) => a + b)).toBeGreaterThan(0);
    told.forEach(({ details }, l) => expect(dead[l]).toBeGreaterThanOrEqual(details!.unrepairable!));
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
