import { expect, it } from 'vitest';
import { isSparseError } from '../../../../src/core/errors';
import { normalisedScales } from '../../../../src/core/rps/scales';
import { sharingOf } from '../../../../src/core/rps/sharing';
import type { LayerToShare } from '../../../../src/core/rps/sharing';
import type { MappingSpec } from '../../../../src/core/rps/pieces';
import { smallLayers } from './layers';

const fold: MappingSpec = { kind: 'fold', seed: 1 };
const n = 8 * 27 + 8 * 18 + 31 * 27 + 130;

it('counts weights in the order of the network', () => {
  const { layers, parts, ...rest } = sharingOf(smallLayers, { compression: 10, spec: fold, scope: 'global' });
  expect(rest).toEqual({ n, m: Math.floor(n / 10), compression: 10, spec: fold, scope: 'global' });
  expect(layers.map(({ offset }) => offset)).toEqual([0, 216, 360, 1197]);
  expect(parts).toEqual(layers.map(() => ({ start: 0, length: Math.floor(n / 10) })));
});

it('what divides in decimals divides', () => {
  const layers = [{ name: 'fc', rows: 11, columns: 11, deviation: 1 }];
  const lengths = [1.1, 12.1, 0.1 * 11 * 11].map(
    (compression) => sharingOf(layers, { compression, spec: fold, scope: 'global' }).m,
  );
  expect(lengths).toEqual([110, 10, 10]);
});

it('a local memory has at least one location for each layer', () => {
  const { parts, m } = sharingOf(smallLayers, { compression: 200, spec: fold, scope: 'local' });
  expect(parts).toEqual([
    { start: 0, length: 1 },
    { start: 1, length: 1 },
    { start: 2, length: 4 },
    { start: 6, length: 1 },
  ]);
  expect(m).toBe(7);
});

const codeOf = (work: () => unknown): { code: string; details: unknown; message: string } => {
  try {
    work();
  } catch (error) {
    if (isSparseError(error)) return { code: error.code, details: error.details, message: error.message };
  }
  throw new Error('nothing was thrown');
};

const request = { compression: 2, spec: fold, scope: 'global' } as const;
const [first] = smallLayers;

it.each<
  [string, LayerToShare[], Partial<typeof request> | { compression?: number; spec?: MappingSpec; scope?: 'local' }]
>([
  ['nothing-shared', [], {}],
  ['compression-too-low', smallLayers, { compression: 0.99 }],
  ['compression-too-low', smallLayers, { compression: NaN }],
  ['compression-too-low', smallLayers, { compression: Infinity }],
  ['compression-too-high', smallLayers, { compression: n + 1 }],
  ['duplicate-layer', [first, first], {}],
  ['bad-layer', [{ ...first, rows: 0 }], {}],
  ['bad-layer', [{ ...first, columns: 1.5 }], {}],
  ['bad-deviation', [{ ...first, deviation: 0 }], {}],
  ['bad-deviation', [{ ...first, deviation: NaN }], {}],
  // Squares of such would be 0, or no number, and with them all weights.
  ['bad-deviation', [{ ...first, deviation: 1e-170 }], {}],
  ['bad-deviation', [{ ...first, deviation: 1e170 }], {}],
  ['too-many-weights', [{ ...first, rows: 65_536, columns: 65_536 }], {}],
  ['bad-seed', smallLayers, { spec: { kind: 'fold', seed: -1 } }],
  ['bad-seed', smallLayers, { spec: { kind: 'fold', seed: 0.5 } }],
  ['bad-tile', smallLayers, { spec: { kind: 'roast', seed: 1, tile: [0, 4] } }],
  ['bad-chunk', smallLayers, { spec: { kind: 'robe', seed: 1, chunk: 2.5 } }],
])('refuses with rps.%s', (code, layers, change) => {
  expect(codeOf(() => sharingOf(layers, { ...request, ...change })).code).toBe(`rps.${code}`);
});

it.each([2 ** -126, 2 ** 127])('recovers weights of a deviation of %d in the normalised form', (deviation) => {
  const sharing = sharingOf(
    smallLayers.map((layer) => ({ ...layer, deviation })),
    request,
  );
  const { inverse, lambda } = normalisedScales(sharing);
  // Each of two or three sharers.
  for (const value of inverse!.values) expect((value * lambda[0]) ** -2).toBeCloseTo(2.5, 0);
});

it('tells the largest seed', () => {
  const spec: MappingSpec = { kind: 'fold', seed: 2 ** 53 };
  expect(codeOf(() => sharingOf(smallLayers, { ...request, spec })).message).toContain('from 0 to 2^53 - 1; 90');
});

it('counts one location and one weight as such', () => {
  const tile = codeOf(() =>
    sharingOf([first], { ...request, compression: first.rows * first.columns, spec: { kind: 'roast', seed: 1 } }),
  );
  expect(tile.message).toContain('only 1 location. ');
  const one = codeOf(() => sharingOf([{ ...first, rows: 1, columns: 1 }], request));
  expect(one.message).toContain('no location for 1 weight. ');
  // What is typed back is told as it is typed.
  const many = codeOf(() => sharingOf([{ ...first, rows: 1000 }], { ...request, compression: 40_000 }));
  expect(many.message).toContain('Compression 40000 leaves no location for 27,000 weights. Use at most 27000.');
});

it.each<[MappingSpec, 'global' | 'local', number]>([
  [{ kind: 'roast', seed: 1 }, 'global', 100],
  [{ kind: 'roast', seed: 1, tile: [8, 8] }, 'local', 40],
  [{ kind: 'robe', seed: 1 }, 'global', 80],
  [{ kind: 'robe', seed: 1, chunk: 9 }, 'local', 100],
])(
  'a piece that does not fit its memory, %o %s: the compression it tells works, a little more does not',
  (spec, scope, compression) => {
    const refused = codeOf(() => sharingOf(smallLayers, { compression, spec, scope }));
    expect(refused.code).toBe(`rps.${spec.kind === 'roast' ? 'tile' : 'chunk'}-too-large`);
    const { nearest } = refused.details as { nearest: number };
    expect(refused.message).toContain(String(nearest));
    const { m } = sharingOf(smallLayers, { compression: nearest, spec, scope });
    expect(m).toBeGreaterThan(0);
    expect(codeOf(() => sharingOf(smallLayers, { compression: nearest * 1.01, spec, scope })).code).toBe(refused.code);
  },
);

it('the highest compression it tells leaves one location', () => {
  const refused = codeOf(() => sharingOf(smallLayers, { ...request, compression: 1e6 }));
  const { nearest } = refused.details as { nearest: number };
  expect(sharingOf(smallLayers, { ...request, compression: nearest }).m).toBe(1);
});
