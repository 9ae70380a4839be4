/** D2: how evenly the memory is used (rps.md 6). */
import type { Audit } from '../audit';
import { lineSize } from '../cache-lines';
import type { Sharing } from '../sharing';
import { expectedUnused } from '../unused';
import { collisionsByChance } from './collisions';
import type { Finding } from './finding';
import { fixes } from './finding';
import { normTolerance } from './norms';
import type { SharedRun } from './settings';

/** Share of a memory without a use that is told as waste. */
export const unusedLimit = 0.01;

/**
 * Standard deviation over mean of the loads, 1 / sqrt(c) where each weight is placed by itself, of a fold as even as
 * whole numbers are, each in its part of the memory; the limit with what m numbers drawn by chance are off.
 */
function spreadOf({ n, m, layers, parts, scope, spec }: Sharing): Record<'expected' | 'limit', number> {
  let squares = 0;
  const pieces = scope === 'local' ? layers.map(({ weights }, l) => ({ weights, length: parts[l].length })) : [];
  for (const { weights, length } of scope === 'local' ? pieces : [{ weights: n, length: m }]) {
    const mean = weights / length;
    const fraction = mean % 1;
    const variance = spec.kind === 'fold' ? fraction * (1 - fraction) : mean * (1 - 1 / length);
    squares += length * (variance + mean ** 2);
  }
  const expected = Math.sqrt(Math.max(0, squares / m - (n / m) ** 2)) / (n / m);
  return { expected, limit: spec.kind === 'fold' ? expected + 1e-6 : expected * (1 + normTolerance(m)) };
}

export function diagnoseLoads({ sharing }: SharedRun, audit: Audit): Finding[] {
  const { n, m, spec, layers, parts } = sharing;
  const unused = audit.unused / m;
  const colliding = audit.collisions.reduce((sum, count) => sum + count, 0);
  // A layer of N weights in m < N locations: at most m - 1 of them can be alone.
  const unavoidable = layers.reduce(
    (sum, { weights }, l) => sum + (weights > parts[l].length ? weights - parts[l].length + 1 : 0),
    0,
  );
  const chance = collisionsByChance(sharing);
  const ofFold = collisionsByChance(sharing, { kind: 'fold', seed: spec.seed }).mean;
  // Four deviations: what is more is no chance of one seed in a thousand; to rounding, where all must.
  const mostColliding = Math.min(1, (chance.mean + 4 * chance.deviation) / n + 1e-9);
  const { perPiece, expected, pieceSize } = audit.cacheLines;
  const spread = spreadOf(sharing);
  // What any weights side by side touch at most, with one cut (rps.md 2.4).
  const lines = Math.ceil((pieceSize - 1) / lineSize) + 2;
  const better = spec.kind === 'fold' ? {} : { fix: fixes.fold };
  return [
    {
      ...{ id: 'D2', measure: 'unused', value: unused, threshold: unusedLimit },
      verdict: unused > unusedLimit ? 'warn' : 'ok',
      facts: { expected: expectedUnused(sharing), locations: audit.unused },
      ...(unused > unusedLimit && better),
    },
    {
      ...{
        id: 'D2',
        measure: 'load',
        value: audit.cv,
        threshold: spread.limit,
        verdict: audit.cv > spread.limit ? 'warn' : 'ok',
      },
      facts: { most: audit.max, least: Math.ceil(n / m), expected: spread.expected },
      ...(audit.cv > spread.limit && better),
    },
    {
      ...{ id: 'D2', measure: 'collisions', value: colliding / n, threshold: mostColliding },
      verdict: colliding / n > mostColliding ? 'warn' : 'ok',
      facts: { expected: chance.mean / n, fold: ofFold / n, unavoidable: unavoidable / n },
      ...(colliding / n > mostColliding && colliding > ofFold && better),
    },
    {
      // It costs time, and nothing else.
      ...{ id: 'D2', measure: 'cache-lines', value: perPiece, threshold: lines },
      verdict: perPiece > lines ? 'info' : 'ok',
      ...(perPiece > lines && better),
      facts: { expected, pieceSize },
    },
  ];
}
