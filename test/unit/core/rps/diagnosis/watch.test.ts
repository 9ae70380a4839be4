import { describe, expect, it } from 'vitest';
import { SharingWatch, stepsKept } from '../../../../../src/core/rps/diagnosis/watch';
import type { WatchedStep } from '../../../../../src/core/rps/diagnosis/watch';
import { findingText } from '../../../../../src/protocol/sharing-words';
import type { Finding } from '../../../../../src/core/rps/diagnosis/finding';

const quiet = (step: number, change: Partial<WatchedStep> = {}): WatchedStep => ({
  step,
  loss: 1,
  memoryNorm: 2,
  layers: ['a', 'b', 'c'].map((layer) => ({ layer, updateRatio: 0.01, norm: 3 })),
  ...change,
});

const moving = (layer: string, updateRatio: number, norm = 3): WatchedStep['layers'] =>
  ['a', 'b', 'c'].map((name) =>
    name === layer ? { layer, updateRatio, norm } : { layer: name, updateRatio: 0.01, norm: 3 },
  );

/** What is found, of the steps in order. */
const watch = (steps: WatchedStep[]): { found: Finding[]; watched: SharingWatch } => {
  const watched = new SharingWatch({ classes: 10 });
  return { found: steps.flatMap((step) => watched.see(step)), watched };
};

const steps = (count: number, change: (step: number) => Partial<WatchedStep> = () => ({})): WatchedStep[] =>
  Array.from({ length: count }, (_, k) => quiet(k + 1, change(k + 1)));

it('says nothing of a run that goes well, and keeps the last steps', () => {
  const { found, watched } = watch(steps(100, (step) => ({ loss: 2.3 / step })));
  expect(found).toEqual([]);
  expect(watched.recent.map(({ step }) => step)).toEqual(Array.from({ length: stepsKept + 1 }, (_, k) => 80 + k));
});

describe('where the loss is lost', () => {
  it('names the first step and the layer that moved too fast before it', () => {
    const { found, watched } = watch(
      steps(40, (step) => {
        if (step === 36) return { layers: moving('b', 0.3) };
        if (step === 37 || step === 38) return { layers: moving('c', 0.9) };
        return step === 39 ? { loss: NaN, layers: moving('a', NaN, NaN) } : {};
      }).slice(0, 39),
    );
    expect(found).toMatchObject([
      { measure: 'update-ratio', layer: 'b', step: 36, verdict: 'warn' },
      { measure: 'update-ratio', layer: 'c', step: 37, verdict: 'warn' },
      { measure: 'not-finite', layer: 'b', step: 36, verdict: 'fail', facts: { at: 39, what: 'loss' } },
    ]);
    expect(watched.recent).toHaveLength(stepsKept + 1);
    expect(watched.recent[0].step).toBe(19);
  });

  it('where nothing moved too fast, the layer that is no number', () => {
    const { found } = watch([...steps(4), quiet(5, { loss: Infinity, layers: moving('c', 0.01, Infinity) })]);
    expect(found).toMatchObject([{ measure: 'not-finite', layer: 'c', step: 5 }]);
  });

  it('of a loss alone the layer that moved furthest in the steps kept is the likeliest, and said to be no more', () => {
    const { found } = watch([...steps(2), quiet(3, { layers: moving('b', 0.05) }), quiet(4), quiet(5, { loss: NaN })]);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ measure: 'not-finite', layer: 'b', step: 5, facts: { at: 5, likeliest: 1 } });
    expect(findingText(found[0]).sentence).toContain('It began, most likely in layer "b", at step 5.');
    // One that grew says more.
    const grown = watch([
      ...steps(2),
      quiet(3, { layers: moving('b', 0.05) }),
      quiet(4, { loss: 9, layers: moving('c', 0.01, 9) }),
    ]);
    expect(grown.found).toMatchObject([{ measure: 'loss-growth', layer: 'c', facts: { likeliest: 1 } }]);
  });

  it('a layer that moved too fast, or is no number, is no guess', () => {
    for (const last of [
      { loss: 9, layers: moving('a', 0.3) },
      { loss: NaN, layers: moving('a', 0.01, NaN) },
    ]) {
      const { found } = watch([...steps(4), quiet(5, last)]);
      expect(found[0]).toMatchObject({ layer: 'a' });
      expect(found[0].facts).not.toHaveProperty('likeliest');
      expect(findingText(found[0]).sentence).toContain('It began in layer "a" at step 5.');
    }
  });

  const lostAt = (step: Partial<WatchedStep>): Finding => {
    const { found } = watch([...steps(4), quiet(5, step)]);
    return found.find(({ measure }) => measure === 'not-finite')!;
  };
  const all = (updateRatio: number): WatchedStep['layers'] =>
    ['a', 'b', 'c'].map((layer) => ({ layer, updateRatio, norm: 3 }));

  it('of gradients the last layer that lost its own lost it first, for they come from there', () => {
    const gradients = { gradientNorm: NaN, memoryNorm: NaN, layers: all(NaN) };
    const found = lostAt({ ...gradients, lost: { weights: [], gradients: ['a', 'b'] } });
    expect(found).toMatchObject({ layer: 'b', step: 5, facts: { at: 5, what: 'gradient' } });
    expect(findingText(found).sentence).toMatch(
      /^The gradient of step 5 is not finite, nor are the weights after its update\. It began in layer "b" at step 5\./,
    );
    // Where the loss is none either, all of them are lost and none says more than another.
    const lost = { weights: [], gradients: ['a', 'b', 'c'] };
    expect(lostAt({ ...gradients, loss: NaN, lost })).toMatchObject({ facts: { what: 'loss', likeliest: 1 } });
    // Weights that were none before say it.
    const before = lostAt({ ...gradients, loss: NaN, lost: { ...lost, weights: ['c'] } });
    expect(before).toMatchObject({ layer: 'c' });
    expect(before.facts).not.toHaveProperty('likeliest');
  });

  it('a leap of the same step is no cause of its loss and gradient, and one of the step before is', () => {
    const lost = { weights: [], gradients: ['b'] };
    const leap = { layers: moving('c', 0.4), gradientNorm: NaN, lost };
    expect(lostAt(leap)).toMatchObject({ layer: 'b', step: 5 });
    const { found } = watch([...steps(3), quiet(4, { layers: moving('a', 0.4) }), quiet(5, leap)]);
    expect(found.at(-1)).toMatchObject({ measure: 'not-finite', layer: 'a', step: 4, facts: { at: 5 } });
  });

  it('an update that leaves the numbers is told from the finite loss before it', () => {
    const found = lostAt({ layers: moving('c', Infinity) });
    expect(found).toMatchObject({ layer: 'c', step: 5, facts: { what: 'weights' } });
    expect(findingText(found).sentence).toMatch(
      /^The weights are not finite after the update of step 5, whose loss still was\. It began in layer "c"/,
    );
    expect(lostAt({ layers: moving('b', 0.4), memoryNorm: Infinity })).toMatchObject({ layer: 'b', step: 5 });
  });

  it('a gradient norm that overflows is a failure, with a guess', () => {
    expect(lostAt({ gradientNorm: Infinity, lost: { weights: [], gradients: [] } })).toMatchObject({
      facts: { what: 'gradient', likeliest: 1 },
    });
  });

  it('says of a layer that is not shared what helps there', () => {
    const watched = new SharingWatch({ classes: 10, dense: ['b'] });
    const [, lost] = [...steps(3), quiet(4, { layers: moving('b', 0.4) }), quiet(5, { loss: NaN })].flatMap((step) =>
      watched.see(step),
    );
    expect(lost).toMatchObject({ measure: 'not-finite', layer: 'b', facts: { unshared: 1 } });
    expect(findingText(lost).sentence).toMatch(/That layer is not shared: use a smaller learning rate\.$/);
  });

  it('a probe that weights are too large for is told with where they grew', () => {
    const watched = new SharingWatch({ classes: 10 });
    expect(watched.overflow()).toBeUndefined();
    for (const step of [...steps(3), quiet(4, { layers: moving('c', 7) })]) watched.see(step);
    const found = watched.overflow()!;
    expect(found).toMatchObject({
      measure: 'not-finite',
      verdict: 'fail',
      layer: 'c',
      step: 4,
      facts: { what: 'probe' },
    });
    expect(findingText(found).sentence).toMatch(/^After the update of step 4 the weights are so large that/);
  });

  it('three times the first loss is a failure, and the layer that grew is named', () => {
    const { found } = watch(steps(6, (step) => (step === 6 ? { loss: 3.1, layers: moving('b', 0.05, 9) } : {})));
    expect(found).toMatchObject([{ measure: 'loss-growth', verdict: 'fail', step: 6, layer: 'b' }]);
    expect(found[0].value).toBeCloseTo(3.1, 12);
    expect(watch(steps(6, (step) => (step === 6 ? { loss: 2.9 } : {}))).found).toEqual([]);
  });
});

it('warns of leaps once of each layer, the longest first', () => {
  const both = ['a', 'b', 'c'].map((layer, l) => ({ layer, updateRatio: [0.2, 0.01, 0.3][l], norm: 3 }));
  const { found } = watch(
    steps(9, (step) => ({ layers: step > 5 ? moving('b', 0.2) : step > 2 ? both : moving('a', 0) })),
  );
  expect(found.map(({ step, layer }) => [step, layer])).toEqual([
    [3, 'c'],
    [3, 'a'],
    [6, 'b'],
  ]);
});

it('warns once of each thing', () => {
  const { found } = watch(steps(60, (step) => (step > 5 ? { layers: moving('c', 0.2), memoryNorm: 30 } : {})));
  expect(found.map(({ measure, step, layer }) => ({ measure, step, layer }))).toEqual([
    { measure: 'memory-growth', step: 6, layer: 'c' },
    { measure: 'update-ratio', step: 6, layer: 'c' },
  ]);
});

describe('a plateau at ln K', () => {
  const chance = Math.log(10);

  it('of a network that had learned is a collapse, told once the steps kept are full', () => {
    const { found } = watch(steps(60, (step) => ({ loss: step < 10 ? 1.5 : chance * (1 + 0.005 * (step % 3)) })));
    expect(found).toMatchObject([
      { measure: 'plateau', verdict: 'fail', step: 10, layer: 'a', facts: { at: 10 + stepsKept, likeliest: 1 } },
    ]);
  });

  it('of one in which nothing moves is dead, and the layer is named', () => {
    const { found } = watch(
      steps(30, () => ({ loss: chance, layers: moving('b', 0).map((layer) => ({ ...layer, updateRatio: 0 })) })),
    );
    expect(found).toMatchObject([{ measure: 'plateau', layer: 'a', step: 1 }]);
  });

  it('of one that has only begun is none', () => {
    expect(watch(steps(60, (step) => ({ loss: chance * (1 - 0.0002 * step) }))).found).toEqual([]);
  });
});

it('warns of a gradient that rises tenfold in ten steps', () => {
  const rising = watch(steps(30, (step) => ({ gradientNorm: step < 12 ? 1 : 1.3 ** (step - 11) }))).found;
  expect(rising).toMatchObject([{ measure: 'gradient-growth', verdict: 'warn' }]);
  // Up and down as much: noise of batches.
  expect(watch(steps(30, (step) => ({ gradientNorm: step % 2 ? 1 : 15 }))).found).toEqual([]);
});

it('a run that goes on is measured by its own first step', () => {
  const watched = new SharingWatch({ classes: 10, start: { loss: 0.3, memoryNorm: 2 } });
  expect(watched.see(quiet(500))).toMatchObject([{ measure: 'loss-growth' }]);
});
