/** What a measurement predicts to fail, by the diagnosis itself, at the keys of the config that it was measured of. */
import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../../../src/config/check';
import { finish } from '../../../../src/core/parts';
import { diagnoseBatch, diagnoseCurvature } from '../../../../src/core/rps/diagnosis/batch';
import type { LayerBatch } from '../../../../src/core/rps/diagnosis/batch';
import type { Finding } from '../../../../src/core/rps/diagnosis/finding';
import { firstRate } from '../../../../src/core/rps/diagnosis/settings';
import type { SharedRun } from '../../../../src/core/rps/diagnosis/settings';
import { diagnoseSharpness, failureLimit } from '../../../../src/core/rps/diagnosis/sharpness';
import { findingText } from '../../../../src/protocol/sharing-words';
import { measuredProblems } from '../../../../src/host/sharing/measured-text';
import type { MeasuredProblem } from '../../../../src/host/sharing/measured-text';
import { sharedStart } from '../../../../src/runs/sharing/shared-run';

const textOf = (sharing: string): string => `version: 1
name: shared
model: { preset: mlp-7 }
sharing:
  method: roast
  compression: 10${sharing}
train:
  optimizer: { name: sgd, learningRate: 0.1 }
`;

/** The words that each problem underlines, beside it. */
function underlined(text: string, findings: (run: SharedRun) => Finding[]): (MeasuredProblem & { words: string })[] {
  const checked = checkConfig(text, 'yaml');
  const { run } = finish(sharedStart(checked.config!, checked.plan!));
  const problems = measuredProblems({ findings: findings(run).map(findingText) }, checked);
  return problems.map((problem) => ({
    ...problem,
    words: text.slice(problem.range.start.offset, problem.range.end.offset),
  }));
}

/** S at which the learning rate of 0.1 times it is `etaS`. */
const sharpness = (etaS: number) => (run: SharedRun) => diagnoseSharpness(run, etaS / 0.1);

describe('a sharpness beyond what runs survived', () => {
  it('is underlined at the scaler that takes it away, with the numbers and the edit', () => {
    const [problem, ...others] = underlined(textOf('\n  scaler: none'), sharpness(2 * failureLimit));
    expect(others).toEqual([]);
    expect(problem).toMatchObject({
      ...{ words: 'scaler', code: 'sharing.sharpness' },
      fix: { title: 'Use scaler: theory', edits: [{ path: 'sharing.scaler', value: 'theory' }] },
    });
    expect(problem.message).toMatch(/the learning rate times it is 20.*predicted to fail/);
  });

  it('is underlined at the section where its key is not written', () => {
    expect(underlined(textOf(''), sharpness(2 * failureLimit)).map(({ words }) => words)).toEqual(['sharing']);
  });

  it('is underlined at the learning rate where the scaler is there already', () => {
    const [{ words, fix }] = underlined(textOf('\n  scaler: theory'), sharpness(2 * failureLimit));
    expect(words).toBe('learningRate');
    expect(Number(fix!.edits[0].value)).toBeLessThan(0.1);
  });

  it.each([1, 5])('and not where runs went either way or well: %d', (etaS) => {
    expect(underlined(textOf(''), sharpness(etaS))).toEqual([]);
  });
});

it('a first step that raises the loss is underlined, and one that does not is not', () => {
  const curvature = (value: number) => (run: SharedRun) => [diagnoseCurvature(run, value / firstRate(run.optimizer))];
  expect(underlined(textOf(''), curvature(3))).toMatchObject([{ code: 'sharing.curvature', words: 'sharing' }]);
  expect(underlined(textOf(''), curvature(1.9))).toEqual([]);
});

it('a gradient that is not finite is underlined at `sharing`: no edit follows from it', () => {
  const lost: LayerBatch = {
    ...{ updateRatio: NaN, denseUpdateRatio: Infinity, amplification: NaN },
    ...{ keptEnergy: NaN, cosine: NaN },
  };
  const found = underlined(textOf(''), (run) => diagnoseBatch(run, { layers: [lost], total: lost }, 0));
  expect(found).toMatchObject([{ code: 'sharing.not-finite', words: 'sharing' }]);
  expect(found[0].fix).toBeUndefined();
});
