import { expect, it } from 'vitest';
import { diagnoseAdam, diagnoseHalf, diagnoseWiring } from '../../../src/core/rps/diagnosis/rules';
import { diagnoseSharpness } from '../../../src/core/rps/diagnosis/sharpness';
import { SharingWatch } from '../../../src/core/rps/diagnosis/watch';
import type { Finding } from '../../../src/core/rps/diagnosis/finding';
import { findingText } from '../../../src/protocol/sharing-words';
import { runOf, staticOf } from '../core/rps/diagnosis/runs';

const adam = { name: 'adam', learningRate: 1e-3, momentum: 0, nesterov: false } as const;

const all = (): Finding[] => {
  const runs = [
    runOf({ initStd: 0.01, compression: 1, compat: true }),
    runOf({ spec: { kind: 'fold', seed: 1 }, normalised: true, compression: 1 }),
    runOf({ scaler: 'v1', optimizer: adam, initStd: 20, spec: { kind: 'fold', seed: 1 } }),
  ];
  const watch = new SharingWatch({ classes: 10 });
  const layers = [{ layer: 'fc1', updateRatio: 0.4, norm: 2 }];
  return [
    ...runs.flatMap((run) => {
      const { findings, figures } = staticOf(run);
      return [...findings, ...diagnoseAdam(run), diagnoseHalf(run, figures), ...diagnoseSharpness(run, 300)];
    }),
    ...diagnoseSharpness(runs[1], 0.5, 20),
    ...diagnoseWiring(runs[0], runs[1]),
    ...watch.see({ step: 1, loss: 1, memoryNorm: 1, layers }),
    ...watch.see({ step: 2, loss: 4, memoryNorm: 20, layers }),
    ...watch.see({ step: 3, loss: NaN, memoryNorm: NaN, layers }),
  ];
};

it('every finding is a title and whole sentences with its numbers', () => {
  for (const finding of all()) {
    const { title, sentence, fix } = findingText(finding);
    expect(title).toMatch(/^[A-Z][A-Za-z0-9 -]+$/);
    expect(sentence).toMatch(/^[A-Z0-9].*\.$/);
    expect(sentence).not.toMatch(/undefined|NaN|null|Infinity| {2}|\. ?\./);
    if (finding.fix) expect(fix!.title.length).toBeGreaterThan(10);
    else expect(fix).toBeUndefined();
  }
});

it('says what was measured, where it began and what to do', () => {
  const text = Object.fromEntries(
    all().map((finding) => [`${finding.measure} ${finding.verdict}`, findingText(finding).sentence]),
  );
  expect(text['loss-growth fail']).toBe(
    'The loss is 4 times that of the first step. It began in layer "fc1" at step 1 and was seen at step 2. Lower the learning rate, or use scaler: theory.',
  );
  expect(text['sharpness fail']).toContain(
    'The sharpness is 300, times the learning rate 30; the optimizer is stable below 2.',
  );
  expect(text['adam-scaler warn']).toContain('Scaler v1 does nothing under Adam');
  expect(text['unused warn']).toMatch(
    /^3\d % of the memory is used by no weight; 37 % are expected of this mapping\. A fold uses all of it\.$/,
  );
});
