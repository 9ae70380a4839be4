import { expect, it } from 'vitest';
import { computesSparsely } from '../../../../src/core/kernels/break-even';
import type { ConvLayer, MaskableLayer } from '../../../../src/core/network';

const conv = (kernel: [number, number], groups = 1): ConvLayer => ({
  ...({ kind: 'conv', name: 'conv', in: 8, out: 10, stride: 1, padding: 'zero' } as const),
  ...{ kernel, groups },
});

it.each<[string, MaskableLayer, weights: number, most: number]>([
  ['linear', { kind: 'linear', name: 'fc', in: 20, out: 50 }, 1000, 600],
  ['3 x 3', conv([3, 3]), 720, 432],
  ['1 x 3', conv([1, 3]), 240, 144],
  ['1 x 1', conv([1, 1]), 80, 40],
  ['grouped', conv([3, 3], 2), 360, 360],
])('%s layers compute with kept weights alone up to the density of the table', (_, layer, weights, most) => {
  expect([0, 1, most].map((kept) => computesSparsely(layer, kept))).toEqual([true, true, true]);
  for (let kept = most + 1; kept <= weights; kept++) expect(computesSparsely(layer, kept)).toBe(false);
});
