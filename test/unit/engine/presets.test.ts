/** Every preset, narrow and on small pictures, trains on the wasm backend as it does on the cpu backend. */
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { presetNames } from '../../../src/core/presets';
import type { PresetName } from '../../../src/core/presets';
import type { Backend } from '../../../src/engine/backends/backend';
import { cpu } from '../../../src/engine/backends/cpu';
import { wasm } from '../../../src/engine/backends/wasm';
import type { StepResult } from '../../../src/engine/trainer';
import { Trainer } from '../../../src/engine/trainer';
import { drawnBatch, drawnState, presetNetwork, smallPresets } from './nets';

const steps = 20;

async function trained(name: PresetName, backend: Backend): Promise<StepResult[]> {
  await backend.start();
  const { picture, options, size, learningRate } = smallPresets[name];
  const network = presetNetwork(name, picture, options);
  const optimizer = { name: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 1e-4 } as const;
  const trainer = new Trainer(network, drawnState(network), { optimizer });
  try {
    const batch = drawnBatch(network, size, 100);
    return Array.from({ length: steps }, (_, step) => trainer.step(batch, { learningRate, count: step + 1 }));
  } finally {
    trainer.dispose();
  }
}

describe('every preset', () => {
  it.each(presetNames)(
    '%s has the losses of the cpu backend on wasm for 20 steps',
    async (name) => {
      const expected = await trained(name, cpu);
      const found = await trained(name, wasm);
      expect(tf.getBackend()).toBe('wasm');
      found.forEach(({ loss }, step) =>
        expect(Math.abs(loss - expected[step].loss), `step ${step + 1}`).toBeLessThan(1e-4),
      );
      expect(found[0].gradientNorm / expected[0].gradientNorm).toBeCloseTo(1, 4);
      // It is trained, not only evaluated.
      expect(found[steps - 1].loss).toBeLessThan(found[0].loss);
    },
    120_000,
  );
});
