/** Networks that only kept weights alone leave room for: not refused where they may be all that is computed. */
import { describe, expect, it } from 'vitest';
import { possibleSteps } from '../../../src/config/possible-steps';
import { checkConfig } from '../../../src/config/check';
import { heapLimit } from '../../../src/core/step-memory';

const unprobed = 'probes: { jacobian: { at: [] } }';
const checked = (model: string, ...rest: string[]): ReturnType<typeof checkConfig> =>
  checkConfig(
    ['version: 1', 'name: a', `model: ${model}`, 'data: { source: cifar-10, path: . }', ...rest].join('\n'),
    'yaml',
  );

const wide = '{ preset: mlp, depth: 12, width: 5000 }';
const refusal = (found: ReturnType<typeof checkConfig>): string[] =>
  found.issues.filter(({ code }) => code === 'config.does-not-fit').map(({ message }) => message);

describe('a network of which all weights do not fit', () => {
  it.each(['auto', 'sparse'] as const)('is computed by its kept weights with %s', (backend) => {
    const found = checked(wide, 'sparsity: { density: 0.05 }', unprobed, `compute: { backend: ${backend} }`);
    const { plan } = found;
    expect(refusal(found)).toEqual([]);
    expect(plan).toMatchObject({ onlySparse: true });
    expect(plan!.step.bytes).toBeGreaterThan(heapLimit);
    expect(plan!.sparseStep.bytes).toBeLessThan(heapLimit);
    expect(possibleSteps(plan!, backend)).toEqual({ sparse: plan!.sparseStep });
  });

  it('is refused where TensorFlow.js is asked for, whatever the other would take', () => {
    const [message] = refusal(checked(wide, 'sparsity: { density: 0.05 }', unprobed, 'compute: { backend: wasm }'));
    expect(message).toMatch(/take about 6\.1 GiB, more than the 4 GiB that an engine can hold\. Use a smaller/);
  });

  it('is refused with both needs where neither fits', () => {
    const [message] = refusal(checked(wide, 'sparsity: { density: 0.9 }', unprobed));
    expect(message).toMatch(
      /take about 6\.1 GiB.* Where kept weights alone are computed, a step takes about 6\.4 GiB\. Use a/,
    );
  });

  it('is refused where probes need all weights, which is said', () => {
    const [message] = refusal(checked(wide, 'sparsity: { density: 0.05 }'));
    expect(message).toMatch(/a step takes about .*, but scores and `probes` of the Jacobian and of signals need all\./);
  });

  it('is computed so where its weights are shared, too, if that is less', () => {
    const model = '{ preset: mlp, depth: 6, width: 5500 }';
    const found = checked(model, 'sharing: { compression: 2 }', unprobed);
    expect(refusal(found)).toEqual([]);
    expect(found.plan).toMatchObject({ onlySparse: true });
    expect(found.plan!.sparseStep.bytes).toBeLessThan(heapLimit);
    const [message] = refusal(checked(wide, 'sharing: { compression: 2 }', unprobed));
    expect(message).toMatch(/take about 7\.6 GiB, more than the 4 GiB that an engine can hold\. Use a smaller/);
  });

  it('is computed in the parts that are asked for where these alone are too large', () => {
    const parts = 'train: { batchSize: 256, microBatch: 256, memory: 4 }';
    const model = '{ preset: resnet-56 }';
    expect(checked(model, 'sparsity: { density: 0.05 }', parts).plan).toMatchObject({
      onlySparse: true,
      step: { microBatch: 256 },
      sparseStep: { microBatch: 256 },
    });
    const [message] = refusal(checked(model, 'sparsity: { density: 0.05 }', parts, 'compute: { backend: wasm }'));
    expect(message).toMatch(/Use microBatch: \d+ or less, or auto\.$/);
  });
});
