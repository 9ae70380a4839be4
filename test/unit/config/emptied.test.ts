/** A request that would empty a layer is refused with the layer, and with the smallest density, or the most levels, that would not. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../../src/config/check';
import type { ConfigIssue } from '../../../src/config/issues';
import { smallestDensity } from '../../../src/config/smallest-density';

const widths = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 7 });

interface Wanted {
  widths: number[];
  density: number | string;
  sparsity: string;
  train?: string;
}

function problems({ widths: hidden, density, sparsity, train = '' }: Wanted): ConfigIssue[] {
  const sizes = [784, ...hidden, 10];
  const layers = sizes.slice(1).map((out, l) => `{ name: fc${l + 1}, linear: { in: ${sizes[l]}, out: ${out} } }`);
  const text = `version: 1\nmodel: { layers: [${layers.join(', ')}] }\nsparsity: { density: ${density}, ${sparsity} }\n${train}`;
  return checkConfig(text, 'yaml').issues.filter(({ severity }) => severity === 'error');
}

const weightsOf = (hidden: readonly number[]): number => {
  const sizes = [784, ...hidden, 10];
  return sizes.slice(1).reduce((sum, out, l) => sum + out * sizes[l], 0);
};

/** One refusal, naming the first layer for which nothing is left; its density works, and one slightly lower does not. */
function checkRefusal(of: Wanted, code: string, kept: number): void {
  const layers = of.widths.length + 1;
  const found = problems(of);
  expect(found.map((issue) => issue.code)).toEqual([code]);
  const [{ message, suggestion }] = found;
  const others = layers - kept - 1;
  expect(message).toContain(`none is left for fc${kept + 1}${others > 0 ? ` and ${others} more` : ''}`);
  const possible = suggestion?.text ?? '';
  expect(problems({ ...of, density: possible })).toEqual([]);
  expect(problems({ ...of, density: Number(possible) * 0.998 }).map((issue) => issue.code)).toEqual([code]);
}

const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe.each([
  ['gradual magnitude', 'update: { method: gradual-magnitude }'],
  ['one-shot', 'update: { method: one-shot }'],
  ['SynFlow', 'init: base, distribution: synflow'],
  ['SynFlow, isometric', 'init: ai, distribution: synflow'],
])('%s', (_, sparsity) => {
  it('is refused with the layer and the smallest density', () => {
    fc.assert(
      fc.property(widths, share, (hidden, part) => {
        const kept = Math.floor(part * (hidden.length + 1));
        // In the middle between two counts no rounding is in doubt.
        const density = (kept + 0.2) / weightsOf(hidden);
        checkRefusal({ widths: hidden, density, sparsity }, 'config.pruned-too-far', kept);
      }),
      { seed: 71, numRuns: 25 },
    );
  });
});

it.each(['magnitude', 'snip', 'grasp', 'random'])('%s scores: with a lower bound, as they may need more', (by) => {
  const of = { widths: [20, 30], sparsity: `init: base, distribution: ${by}` };
  const [found] = problems({ ...of, density: 2 / weightsOf(of.widths) });
  expect(found.code).toBe('config.pruned-too-far');
  expect(found.message).toMatch(/2 weights for 3 layers.*none is left for fc3; use at least .*scores may need more/);
  expect(problems({ ...of, density: found.suggestion?.text ?? '' })).toEqual([]);
});

it('lottery tickets are refused with the layer, the most levels and the smallest density', () => {
  let byDensity = 0;
  fc.assert(
    fc.property(
      widths,
      fc.integer({ min: 1, max: 40 }),
      fc.double({ min: 0.05, max: 0.6, noNaN: true }),
      fc.double({ min: 0.05, max: 0.5, noNaN: true }),
      (hidden, levels, fraction, density) => {
        const layers = hidden.length + 1;
        const wanted = (change: { levels?: number; density?: number }): Wanted => ({
          widths: hidden,
          density: change.density ?? density,
          sparsity: 'init: base, distribution: balanced',
          train: `train: { rewind: { levels: ${change.levels ?? levels}, step: 0, fraction: ${fraction} } }\n`,
        });
        const found = problems(wanted({}));
        // The definition once more: ceil(fraction * left) go at each level.
        const left = (begin: number): number => {
          let now = begin;
          for (let l = 0; l < levels && now > 0; l++) now = Math.max(0, now - Math.ceil(fraction * now - 1e-9));
          return now;
        };
        const kept = left(Math.round(density * weightsOf(hidden)));
        expect(found).toHaveLength(kept < layers ? 1 : 0);
        if (found.length === 0) return;
        const [{ code, message, suggestion }] = found;
        expect(code).toBe('config.too-many-levels');
        const most = Number(suggestion?.text);
        expect(problems(wanted({ levels: most }))).toEqual([]);
        expect(problems(wanted({ levels: most + 1 })).map((issue) => issue.code)).toEqual([code]);
        expect(message).toContain(`levels leave ${kept === 1 ? '1 weight' : `${kept} weights`} for ${layers} layers`);
        expect(message).toContain(`none is left for fc${kept + 1}${kept + 1 < layers ? ' and' : ';'}`);
        const possible = /sparsity\.density ([\d.e-]+) or more/.exec(message)?.[1];
        if (possible === undefined) {
          expect(problems(wanted({ density: 1 })).map((issue) => issue.code)).toEqual([code]);
          return;
        }
        byDensity++;
        expect(problems(wanted({ density: Number(possible) }))).toEqual([]);
        expect(problems(wanted({ density: Number(possible) * 0.998 })).map((issue) => issue.code)).toEqual([code]);
      },
    ),
    { seed: 72, numRuns: 60 },
  );
  expect(byDensity).toBeGreaterThan(3);
});

it('layers with densities of their own that leave others none are refused with the layer and the smallest density', () => {
  const of = { widths: [30, 20], sparsity: 'init: base, distribution: erk, layers: { fc1: 0.5 }' };
  const [{ code, message, suggestion }] = problems({ ...of, density: 0.1 });
  expect(code).toBe('config.layer-empty');
  expect(message).toMatch(/take 11,760: none is left for fc2 and 1 more; the nearest possible density is/);
  const possible = suggestion?.text ?? '';
  expect(problems({ ...of, density: possible })).toEqual([]);
  expect(problems({ ...of, density: Number(possible) - 1e-4 }).map((issue) => issue.code)).toEqual([code]);
});

it('uniform-plus alone is told as what it is', () => {
  const deep = { widths: [30, 20], sparsity: 'init: base, distribution: uniform-plus' };
  const [{ message, suggestion }] = problems({ ...deep, density: 0.001 });
  expect(message).toMatch(
    /none is left for fc1 and 1 more; the nearest possible density is .*, or use another distribution\.$/,
  );
  expect(problems({ ...deep, density: suggestion?.text ?? '' })).toEqual([]);
});

it.each([
  ['erk', 'base', ''],
  ['uniform', 'eoi', ''],
  ['uniform-plus', 'base', ''],
  ['balanced', 'eoi', ', layers: { "fc9*": 0.9 }'],
])('a thousand layers are told a density too: %s, %s%s', (distribution, init, own) => {
  const at = (density: string) =>
    checkConfig(
      `version: 1\nmodel: { preset: mlp, depth: 1000, width: 4 }\nsparsity: { density: ${density}, init: ${init}, distribution: ${distribution}${own} }\n`,
      'yaml',
    ).issues.filter(({ severity }) => severity === 'error');
  const [{ message, suggestion }] = at('0.00001');
  expect(message).toMatch(/ fc\d+ .*nearest possible density/);
  expect(at(suggestion?.text ?? '')).toEqual([]);
  expect(at(String(Number(suggestion?.text) * 0.998))).toHaveLength(1);
});

describe('smallestDensity', () => {
  it('finds the edge to four digits in few trials, wherever it is', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 1, noNaN: true }), share, (edge, part) => {
        let trials = 0;
        const found = smallestDensity({ low: edge * (1e-6 + 0.999 * part), highest: 1 }, (density) => {
          trials++;
          return density >= edge;
        });
        expect(Number(found)).toBeGreaterThanOrEqual(edge);
        expect(Number(found)).toBeLessThanOrEqual(Math.min(1, edge * 1.0011));
        expect(trials).toBeLessThan(50);
      }),
      { seed: 73, numRuns: 300 },
    );
  });

  it('is none where nothing works', () => {
    expect(smallestDensity({ low: 0.1, highest: 0.5 }, (density) => density > 0.5)).toBeUndefined();
    expect(smallestDensity({ low: 0.1, highest: 0.5 }, (density) => density >= 0.5)).toBe('0.5');
  });
});
