/** The experiment behind the page of the theory: reproducible by its seed, and honest about agreement. */
import { describe, expect, it } from 'vitest';
import { finish } from '../../../src/core/parts';
import { dataKinds } from '../../../src/core/rps/theory/data';
import { estimators } from '../../../src/core/rps/theory/estimators';
import {
  agreementOf,
  distanceOf,
  experimentOf,
  questions,
  sizesOf,
  withoutRounding,
  type Cell,
  type Settings,
} from '../../../webview/views/sharing-theory/experiment';
import { defaults, numbersFor, readNumber, ruleOf } from '../../../webview/views/sharing-theory/numbers';
import { formulaOf, settingsText, words } from '../../../webview/views/sharing-theory/words';

const settings = (more: Partial<Settings>): Settings => ({
  ...defaults,
  question: 'inner',
  data: 'isotropic',
  m: 1,
  ...more,
});

const cell = (more: Partial<Cell>): Cell => ({ estimator: 'fold', m: 4, closed: 1, trials: 10, ...more });

describe('the experiment of the theory', () => {
  it('has memories of powers of two and one that holds everything', () => {
    expect(sizesOf({ n: 8, m: 1 })).toEqual([1, 2, 4, 8]);
    expect(sizesOf({ n: 20, m: 20 })).toEqual([1, 2, 4, 8, 16, 20]);
    expect(sizesOf({ n: 20, m: 7 })).toEqual([1, 2, 4, 7, 8, 16, 20]);
  });

  it('agrees with its formulas, for every kind of data', () => {
    for (const question of questions)
      for (const data of dataKinds) {
        const { cells, draw } = experimentOf(settings({ question, data, n: 24, seed: 3 }));
        for (const one of cells) {
          one.drawn = withoutRounding(finish(draw(one)));
          expect(agreementOf(one), `${question} ${data} ${one.estimator} ${one.m}`).toMatch(/agrees|no-formula/);
        }
      }
  });

  it('is another one by another seed, and the same by the same', () => {
    const meanBy = (seed: number): number => {
      const { cells, draw } = experimentOf(settings({ n: 16, seed }));
      return finish(draw(cells[0])).mean;
    };
    expect(meanBy(1)).toBe(meanBy(1));
    expect(meanBy(2)).not.toBe(meanBy(1));
  });

  it('measures agreement in standard errors', () => {
    expect(distanceOf(cell({ drawn: { mean: 1.2, standardError: 0.1 } }))).toBeCloseTo(2, 9);
    expect(agreementOf(cell({ drawn: { mean: 1.2, standardError: 0.1 } }))).toBe('agrees');
    expect(agreementOf(cell({ drawn: { mean: 2, standardError: 0.1 } }))).toBe('differs');
    expect(agreementOf(cell({ drawn: { mean: 1, standardError: 0 } }))).toBe('agrees');
    expect(agreementOf(cell({ drawn: { mean: 1.1, standardError: 0 } }))).toBe('differs');
    expect(agreementOf(cell({ closed: null, drawn: { mean: 1, standardError: 0 } }))).toBe('no-formula');
    expect(agreementOf(cell({}))).toBe('drawing');
  });

  it.each([
    ['power-law', { exponent: 0 }],
    ['power-law', { exponent: 3 }],
    ['duplicated', { group: 2, noise: 1 }],
    ['duplicated', { group: 512, noise: 0 }],
    ['low-rank', { rank: 1 }],
    ['low-rank', { rank: 512 }],
  ] as const)('agrees for %s data with %o', (data, more) => {
    for (const question of questions) {
      const { cells, draw } = experimentOf(settings({ question, data, n: 24, m: 5, seed: 3, ...more }));
      for (const one of cells) {
        one.drawn = withoutRounding(finish(draw(one)));
        expect(agreementOf(one), `${question} ${one.estimator} ${one.m}`).toMatch(/agrees|no-formula/);
        expect(Number.isFinite(one.drawn.mean)).toBe(true);
      }
    }
  });

  it('takes what can be drawn only, and says so in a sentence', () => {
    const read = (name: Parameters<typeof ruleOf>[0], typed: readonly string[]): (number | undefined)[] =>
      typed.map((text) => readNumber(text, ruleOf(name, { n: 128 })));
    expect(read('n', ['128', ' 7 ', '3', '513', '8.5', 'x', ''])).toEqual([128, 7, ...new Array<undefined>(5)]);
    expect(read('m', ['1', '128', '0', '129', 'NaN'])).toEqual([1, 128, ...new Array<undefined>(3)]);
    expect(read('group', ['2', '1', '513'])).toEqual([2, undefined, undefined]);
    expect(read('noise', ['0', '0.25', '1', '1.01', '-0.1', ' '])).toEqual([0, 0.25, 1, ...new Array<undefined>(3)]);
    expect(read('rank', ['1', '0', '2.5'])).toEqual([1, undefined, undefined]);
    expect(read('exponent', ['0', '1.5', '3', '3.1', 'Infinity'])).toEqual([0, 1.5, 3, undefined, undefined]);
    expect(read('seed', ['0', '12', '-1', '1.5', ' ', 'x'])).toEqual([0, 12, ...new Array<undefined>(4)]);
    expect(words.badNumber('129', 'm', ruleOf('m', { n: 128 }))).toBe(
      '"129" is no size of the memory: use a whole number from 1 to 128.',
    );
    expect(words.badNumber('x', 'seed', ruleOf('seed', { n: 128 }))).toBe('"x" is no seed: use a whole number from 0.');
  });

  it('tells the numbers that its data have', () => {
    expect(numbersFor('isotropic')).toEqual(['n', 'm', 'seed']);
    expect(settingsText(settings({ data: 'duplicated', group: 4 }))).toBe(
      'duplicated groups data, n 128, group 4, own share 0.001, seed 1',
    );
    expect(formulaOf(settings({ question: 'learned', data: 'low-rank', rank: 20, n: 16 }), 'fold')).toMatch(
      /^0 once m is 16 or more/,
    );
  });

  it('has a formula, or says that there is none', () => {
    for (const question of questions)
      for (const data of dataKinds)
        for (const estimator of estimators) {
          const { cells } = experimentOf(settings({ question, data, n: 16 }));
          const known = cells.some((one) => one.estimator === estimator && one.closed !== null);
          const text = formulaOf(settings({ question, data, n: 16 }), estimator);
          expect(/^min over ψ/.test(text), `${question} ${data} ${estimator}`).toBe(!known);
        }
  });
});
