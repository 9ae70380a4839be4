import { expect, test } from 'vitest';
import {
  computedBy,
  computedWhy,
  isometryText,
  kernelText,
  methodName,
  roseText,
  runTitle,
} from '../../../src/protocol/words';

test('a run folder reads as the name of its config and a number', () => {
  expect([runTitle('mlp7-eoi-3'), runTitle('odd')]).toEqual(['mlp7-eoi · run 3', 'odd']);
});

test('a method reads as its words in the config, and those the config does not have', () => {
  const eoi = { init: 'eoi', distribution: 'erk' } as const;
  const base = { init: 'base', distribution: 'erk', base: 'kaiming-normal' } as const;
  const all = [eoi, { ...eoi, guided: true }, { ...eoi, guided: false }, base, { ...base, fan: 'sparse' } as const];
  expect(all.map(methodName)).toEqual([
    'eoi · erk',
    'eoi (guided)',
    'eoi (plain) · erk',
    'base (kaiming-normal) · erk',
    'base (kaiming-normal, sparse fan) · erk',
  ]);
});

test.each([
  [1, 1, 0, 'isometric'],
  [0.94, 1.03, 0, 'approximately isometric (σ 0.94-1.03)'],
  [0.75, 1.46, 0, 'not isometric (σ 0.75-1.46)'],
  [0, 2, 1, 'broken: 1 dead direction'],
  [0, 2, 1200, 'broken: 1,200 dead directions'],
  // As many digits as tell the two ends apart.
  [0.9999, 1.0004, 0, 'approximately isometric (σ 0.9999-1)'],
  [0.5, 0.5, 0, 'not isometric (σ 0.5-0.5)'],
])('singular values from %d to %d with %d dead: %s', (min, max, dead, words) => {
  expect(isometryText({ min, mean: 1, max, dead })).toBe(words);
});

test.each([
  [{ initialResidual: 0.98912, residual: 2.0041 }, 'rose from 0.989 to 2:'],
  [{ initialResidual: 3.75e-8, residual: 0.294 }, 'rose from 3.75e-8 to 0.294:'],
  [{ initialResidual: 0, residual: 1e-9 }, 'rose from 0 to 1e-9:'],
])('a descent of ai that ended above where it began is told: %j', (details, part) => {
  expect(roseText(details)).toContain(part);
  expect(roseText(details)).toMatch(/a lower sparsity\.ai\.learningRate .*\.$/);
});

test.each([
  undefined,
  {},
  { initialResidual: 2, residual: 1 },
  { initialResidual: 0, residual: 0 },
  { initialResidual: 2, residual: 2.001 },
  // Of before there was anything to compare with.
  { residual: 3 },
  { initialResidual: 2, residual: NaN },
])('of others there is nothing to say: %j', (details) => {
  expect(roseText(details)).toBeUndefined();
});

test.each([
  [{ kind: 'wasm', threads: 2 }, 'WebAssembly with SIMD, 2 threads'],
  [{ kind: 'wasm', threads: 1, oneThread: 'one was asked for' }, 'WebAssembly with SIMD, 1 thread: one was asked for'],
  [{ kind: 'plain', reason: 'no SIMD', threads: 1, oneThread: 'plain' }, 'plain TypeScript: no SIMD'],
] as const)('kernels read as what they are and how many threads compute: %j', (kernels, text) => {
  expect(kernelText(kernels)).toBe(text);
});

test('tells of a run what computes it, and why', () => {
  const backend = { name: 'wasm', reason: 'with SIMD.' } as const;
  expect([computedBy({ backend }), computedWhy({ backend })]).toEqual(['wasm', 'wasm: with SIMD.']);
  const tensors = { name: 'tensors', reason: 'as asked.' } as const;
  expect(computedBy({ backend, executor: tensors })).toBe('wasm');
  expect(computedWhy({ backend, executor: tensors })).toBe('wasm: with SIMD.\ntensors: as asked.');
  const sparse = { name: 'sparse', reason: 'kept weights only.', threads: 2 } as const;
  expect(computedBy({ backend, executor: sparse })).toBe('sparse, wasm');
  expect(computedWhy({ backend, executor: sparse })).toBe('wasm: with SIMD.\nsparse, 2 threads: kept weights only.');
});
