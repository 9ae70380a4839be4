/** A shared memory where compiled kernels compute: the same to the bit as in plain TypeScript, and gone when it is disposed of. */
import { afterEach, describe, expect, it } from 'vitest';
import { useKernels } from '../../../../src/core/kernels/current';
import { plainKernels } from '../../../../src/core/kernels/kernels';
import type { Kernels } from '../../../../src/core/kernels/kernels';
import { Rng } from '../../../../src/core/rng';
import { mappingNames } from '../../../../src/core/rps/names';
import type { MappingName } from '../../../../src/core/rps/names';
import type { OptimizerSettings } from '../../../../src/engine/optimizer';
import { sharingRule } from '../../../../src/engine/rps/rule';
import { TrainedMemory } from '../../../../src/engine/rps/trained-memory';
import { everyKernels, into } from '../../kernels';
import { presetNetwork } from '../nets';
import { mappedNetwork } from './shared-nets';

const network = presetNetwork('cnn', [3, 8, 8], { depth: 4, width: 12 });
const optimizer: OptimizerSettings = { name: 'adam', momentum: 0.9, nesterov: false, weightDecay: 1e-3 };

afterEach(() => useKernels(plainKernels()));

/** What three steps make, by gradients that lie in the room or do not. */
function trained(kernels: Kernels, kind: MappingName, gradientsInRoom: boolean): unknown {
  useKernels(kernels);
  const rng = Rng.fromSeed(4);
  const rule = sharingRule(
    mappedNetwork(network, { compression: 3.3, kind }),
    { method: 'stable-rps', scaler: 'theory' },
    optimizer,
  );
  const gaussian = (length: number): Float32Array => Float32Array.from({ length }, () => rng.normal());
  const memory = new TrainedMemory(rule, optimizer, { memory: gaussian(rule.sharing.m), slots: [] });
  try {
    return [1, 2, 3].map((count) => {
      memory.beginGradient();
      for (const { name, weights } of rule.sharing.layers) {
        const gradient = gaussian(weights);
        memory.gather(name, gradientsInRoom ? into(kernels.room).float32(gradient) : gradient);
      }
      memory.move(0.7, { learningRate: 0.01, count });
      const recovered = rule.sharing.layers.map(({ name, weights }) => {
        const out = new Float32Array(weights);
        memory.recover(name, out);
        expect(memory.recovered(name, (lent) => Float32Array.from(lent))).toEqual(out);
        return out;
      });
      return { recovered, state: memory.state(), move: memory.lastMove, look: memory.look() };
    });
  } finally {
    memory.dispose();
  }
}

describe.each(everyKernels())('a shared memory by %s kernels', (_, kernels) => {
  it.each(mappingNames)('of a %s mapping is trained as by plain kernels, and leaves nothing', (kind) => {
    const wanted = trained(plainKernels(), kind, false);
    const before = kernels.room.used;
    expect(trained(kernels, kind, false)).toEqual(wanted);
    expect(kernels.room.used).toBe(before);
    expect(trained(kernels, kind, true)).toEqual(wanted);
  });
});
