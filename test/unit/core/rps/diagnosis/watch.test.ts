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
      { measure: 'not-finite', layer: 'b', step: 36, verdict: 'fail', facts: { at: 39 } },
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

  it('three times the first loss is a failure, and the layer that grew is named', () => {
    const { found } = watch(steps(6, (step) => (step === 6 ? { loss: 3.1, layers: moving('b', 0.05, 9) } : {})));
    expect(found).toMatchObject([{ measure: 'loss-growth', verdict: 'fail', step: 6, layer: 'b' }]);
    expect(found[0].value).toBeCloseTo(3.1, 12);
    expect(watch(steps(6, (step) => (step === 6 ? { loss: 2.9 } : {}))).found).toEqual([]);
  });
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
