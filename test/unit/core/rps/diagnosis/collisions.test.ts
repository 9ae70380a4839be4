import { expect, it, test } from 'vitest';
import { audit } from '../../../../../src/core/rps/audit';
import { collisionsByChance } from '../../../../../src/core/rps/diagnosis/collisions';
import type { Finding } from '../../../../../src/core/rps/diagnosis/finding';
import { diagnoseLoads } from '../../../../../src/core/rps/diagnosis/loads';
import { sharingOf } from '../../../../../src/core/rps/sharing';
import type { MappingSpec } from '../../../../../src/core/rps/pieces';
import { smallLayers, specs } from '../layers';
import { named, runOf } from './runs';

const wide = [...smallLayers, { name: 'wide', rows: 30, columns: 50, deviation: 0.1 }];
const seeds = 300;

const caseOf = ({ kind, tile, chunk, aligned }: MappingSpec): string =>
  [kind, tile?.join(' x ') ?? chunk ?? '', aligned ? 'aligned' : ''].join(' ');

it.each([...specs, { kind: 'roast', seed: 0, tile: [16, 16] } as const].map((spec) => [caseOf(spec), spec] as const))(
  '%s: collisions by chance are those of many seeds',
  (_, spec) => {
    for (const scope of ['global', 'local'] as const)
      for (const compression of spec.tile?.[0] === 16 ? [1, 2.6] : [1, 2.6, 10]) {
        if (scope === 'local' && spec.tile && compression > 2) continue;
        const sharing = (seed: number): ReturnType<typeof sharingOf> =>
          sharingOf(wide, { compression, scope, spec: { ...spec, seed } });
        const found = Array.from({ length: seeds }, (_seed, seed) =>
          audit(sharing(seed)).collisions.reduce((sum, count) => sum + count, 0),
        );
        const mean = found.reduce((a, b) => a + b, 0) / seeds;
        const deviation = Math.sqrt(found.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (seeds - 1));
        const chance = collisionsByChance(sharing(0));
        const text = `${scope}, ${compression}: ${mean} and ${deviation}, expected ${chance.mean} and ${chance.deviation}`;
        expect(Math.abs(mean - chance.mean), text).toBeLessThanOrEqual((4 * deviation) / Math.sqrt(seeds) + 1e-6);
        // Of 300 seeds the deviation is known to 4 %; by pieces its formula knows no ends and one size only.
        expect(Math.abs(deviation - chance.deviation), text).toBeLessThanOrEqual(0.3 * deviation + 0.1);
        const most = chance.mean + 4 * chance.deviation;
        expect(found.filter((value) => value > most + 1e-6).length / seeds, text).toBeLessThan(0.01);
      }
  },
);

test('more than chance makes of it warns, and a fold is suggested where it shares less', () => {
  const of = (compression: number): Finding => {
    const run = runOf({ compression, scope: 'global' });
    const found = audit(run.sharing);
    expect(named(diagnoseLoads(run, found), 'collisions').verdict).toBe('ok');
    // As of a hash of few values.
    const all = { ...found, collisions: run.sharing.layers.map(({ weights }) => weights) };
    return named(diagnoseLoads(run, all), 'collisions');
  };
  expect(of(1.5)).toMatchObject({ verdict: 'warn', value: 1, fix: { kind: 'fold' } });
  // Of one location all share, and no more than by chance.
  expect(of(1327)).toMatchObject({ verdict: 'ok', value: 1, facts: { expected: 1, fold: 1, unavoidable: 1 } });
});
