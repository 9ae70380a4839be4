/** Every preset, narrow and on small pictures, trains on the wasm backend as it does on the cpu backend. */
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import type { PictureSize } from '../../../src/core/network';
import { presetNames } from '../../../src/core/presets';
import type { PresetName, PresetOptions } from '../../../src/core/presets';
import type { Backend } from '../../../src/engine/backends/backend';
import { cpu } from '../../../src/engine/backends/cpu';
import { wasm } from '../../../src/engine/backends/wasm';
import type { StepResult } from '../../../src/engine/trainer';
import { Trainer } from '../../../src/engine/trainer';
import { drawnBatch, drawnState, presetNetwork } from './nets';

const steps = 20;

/** Deep norms over so few examples make the first gradients large: long steps would turn rounding into another path. */
const small: Record<PresetName, { picture: PictureSize; options: PresetOptions; size: number; learningRate: number }> =
  {
    'mlp-7': { picture: [1, 6, 6], options: {}, size: 8, learningRate: 0.02 },
    mlp: { picture: [1, 6, 6], options: { depth: 30, width: 12 }, size: 8, learningRate: 0.02 },
    cnn: { picture: [2, 8, 8], options: { depth: 12, width: 4 }, size: 4, learningRate: 0.02 },
    'resnet-20': { picture: [3, 8, 8], options: { width: 4 }, size: 8, learningRate: 2e-4 },
    'resnet-32': { picture: [3, 8, 8], options: { width: 3 }, size: 8, learningRate: 2e-5 },
    'resnet-56': { picture: [3, 8, 8], options: { width: 3 }, size: 8, learningRate: 2e-7 },
    'resnet-110': { picture: [3, 8, 8], options: { width: 4 }, size: 6, learningRate: 1e-9 },
    'vgg-11': { picture: [3, 16, 16], options: { width: 4 }, size: 8, learningRate: 1e-3 },
    'vgg-16-c': { picture: [3, 16, 16], options: { width: 4 }, size: 16, learningRate: 1e-5 },
    'efficientnet-b0': { picture: [3, 16, 16], options: { width: 6 }, size: 8, learningRate: 3e-7 },
    'deit-blocks': { picture: [3, 16, 16], options: { depth: 3, width: 16 }, size: 4, learningRate: 0.02 },
  };

async function trained(name: PresetName, backend: Backend): Promise<StepResult[]> {
  await backend.start();
  const { picture, options, size, learningRate } = small[name];
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
