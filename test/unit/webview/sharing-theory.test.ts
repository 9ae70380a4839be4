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
  readSeed,
  readWeights,
  sizesOf,
  withoutRounding,
  type Cell,
} from '../../../webview/views/sharing-theory/experiment';
import { formulaOf } from '../../../webview/views/sharing-theory/words';

const cell = (more: Partial<Cell>): Cell => ({ estimator: 'fold', m: 4, closed: 1, trials: 10, ...more });

describe('the experiment of the theory', () => {
  it('has memories of powers of two and one that holds everything', () => {
    expect(sizesOf(8)).toEqual([1, 2, 4, 8]);
    expect(sizesOf(20)).toEqual([1, 2, 4, 8, 16, 20]);
  });

  it('agrees with its formulas, for every kind of data', () => {
    for (const question of questions)
      for (const data of dataKinds) {
        const { cells, draw } = experimentOf({ question, data, n: 24, seed: 3 });
        for (const one of cells) {
          one.drawn = withoutRounding(finish(draw(one)));
          expect(agreementOf(one), `${question} ${data} ${one.estimator} ${one.m}`).toMatch(/agrees|no-formula/);
        }
      }
  });

  it('is another one by another seed, and the same by the same', () => {
    const meanBy = (seed: number): number => {
      const { cells, draw } = experimentOf({ question: 'inner', data: 'isotropic', n: 16, seed });
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

  it('takes what can be drawn only', () => {
    expect(['128', ' 7 ', '3', '513', '8.5', 'x', ''].map(readWeights)).toEqual([128, 7, ...new Array<undefined>(5)]);
    expect(['0', '12', '-1', '1.5', ' ', 'x'].map(readSeed)).toEqual([0, 12, ...new Array<undefined>(4)]);
  });

  it('has a formula, or says that there is none', () => {
    for (const question of questions)
      for (const data of dataKinds)
        for (const estimator of estimators) {
          const { cells } = experimentOf({ question, data, n: 16, seed: 1 });
          const known = cells.some((one) => one.estimator === estimator && one.closed !== null);
          const text = formulaOf({ question, data, n: 16, seed: 1 }, estimator);
          expect(/^min over ψ/.test(text), `${question} ${data} ${estimator}`).toBe(!known);
        }
  });
});
