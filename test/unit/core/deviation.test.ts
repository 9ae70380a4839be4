import { describe, expect, it } from 'vitest';
import { baseDeviation } from '../../../src/core/init/deviation';
import { baseInitialisations } from '../../../src/core/init/registry';
import type { BaseInit } from '../../../src/core/init/registry';
import { finish } from '../../../src/core/parts';
import { Rng } from '../../../src/core/rng';

const shapes = {
  'wide linear': { name: 'a', rows: 40, columns: 200 },
  'tall linear': { name: 'a', rows: 200, columns: 40 },
  'three stacked': { name: 'a', rows: 120, columns: 40, stack: 3 },
  convolution: { name: 'a', rows: 64, columns: 32 * 9, kernel: [3, 3], groups: 1 },
  'grouped convolution': { name: 'a', rows: 64, columns: 16 * 9, kernel: [3, 3], groups: 4 },
} as const;

describe.each(Object.keys(baseInitialisations) as BaseInit[])('the deviation of %s', (base) => {
  it.each(Object.entries(shapes))('%s: the root mean square of what is drawn', (_, shape) => {
    // Its operator is orthogonal only where there are as many outputs as inputs in a group.
    const possible = base !== 'conv-orthogonal' || ('groups' in shape && shape.groups === 1);
    if (!possible) return;
    const weights = finish(baseInitialisations[base]({ shape, gain: 1, rng: Rng.fromSeed(3) }));
    const square = weights.reduce((sum, weight) => sum + weight * weight, 0) / weights.length;
    // Exact where the norm is fixed; of normals some thousand are drawn.
    const digits = base.endsWith('-normal') ? 0.05 : 1e-5;
    expect(Math.abs(Math.sqrt(square) / baseDeviation(base, shape) - 1)).toBeLessThan(digits);
  });
});
