/** The expected share of unused memory against mappings drawn anew. */
import { describe, expect, it } from 'vitest';
import { audit } from '../../../../src/core/rps/audit';
import { sharingOf } from '../../../../src/core/rps/sharing';
import type { LayerToShare } from '../../../../src/core/rps/sharing';
import type { MappingSpec } from '../../../../src/core/rps/pieces';
import { expectedUnused } from '../../../../src/core/rps/unused';
import { presetToShare, smallLayers } from './layers';

const seeds = 24;

/** Mean over drawn mappings, its standard error, and what is expected. */
function compared(
  layers: readonly LayerToShare[],
  spec: Omit<MappingSpec, 'seed'>,
  compression: number,
  scope: 'global' | 'local' = 'global',
): { mean: number; error: number; expected: number } {
  const shares: number[] = [];
  let expected = NaN;
  for (let seed = 1; seed <= seeds; seed++) {
    const sharing = sharingOf(layers, { compression, spec: { ...spec, seed }, scope });
    shares.push(audit(sharing).unused / sharing.m);
    expected = expectedUnused(sharing);
  }
  const mean = shares.reduce((a, b) => a + b) / seeds;
  const variance = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / (seeds - 1);
  return { mean, error: Math.sqrt(variance / seeds), expected };
}

const mlp = presetToShare('mlp-7');

describe('the share of the memory that nothing uses is what is expected', () => {
  it.each<[string, Omit<MappingSpec, 'seed'>, number, 'global' | 'local']>([
    ['tiles at 10', { kind: 'roast' }, 10, 'global'],
    ['tiles at 50', { kind: 'roast' }, 50, 'global'],
    ['aligned tiles at 10', { kind: 'roast', aligned: true }, 10, 'global'],
    ['aligned tiles at 4', { kind: 'roast', aligned: true, tile: [24, 20] }, 4, 'local'],
    ['chunks at 10', { kind: 'robe' }, 10, 'global'],
    ['chunks at 2', { kind: 'robe', chunk: 100 }, 2, 'local'],
    ['one by one at 3', { kind: 'random' }, 3, 'local'],
    ['one by one at 2', { kind: 'hashednet' }, 2, 'global'],
  ])('%s', (_, spec, compression, scope) => {
    const { mean, error, expected } = compared(mlp, spec, compression, scope);
    expect(expected).toBeGreaterThan(0);
    expect(Math.abs(mean - expected)).toBeLessThan(4 * error + 1e-6);
  });

  it('where pieces are cut by their layers, and as long as the memory', () => {
    for (const [spec, compression] of [
      [{ kind: 'roast', tile: [4, 8] }, 1],
      [{ kind: 'roast', tile: [5, 7], aligned: true }, 3],
      [{ kind: 'roast', tile: [8, 8], aligned: true }, 12],
      [{ kind: 'robe', chunk: 13 }, 100],
      [{ kind: 'robe', chunk: 10 }, 3],
    ] as const) {
      const { mean, error, expected } = compared(smallLayers, spec, compression);
      expect(Math.abs(mean - expected)).toBeLessThan(4 * error + 1e-6);
    }
  });
});

it('past the last place of aligned tiles nothing lies', () => {
  const spec = { kind: 'roast', tile: [8, 8], aligned: true, seed: 1 } as const;
  // 111 locations: one tile of 64.
  const layers = [{ name: 'fc', rows: 111, columns: 300, deviation: 0.1 }];
  const sharing = sharingOf(layers, { compression: 300, spec, scope: 'global' });
  expect(sharing.m).toBe(111);
  expect(expectedUnused(sharing)).toBeCloseTo(47 / 111, 12);
});

it('none of a fold', () => {
  const sharing = sharingOf(mlp, { compression: 1.5, spec: { kind: 'fold', seed: 1 }, scope: 'local' });
  expect(expectedUnused(sharing)).toBe(0);
});
