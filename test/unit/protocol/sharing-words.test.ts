import { expect, it } from 'vitest';
import { finish } from '../../../src/core/parts';
import { diagnoseAdam, diagnoseHalf } from '../../../src/core/rps/diagnosis/rules';
import { diagnoseWiring } from '../../../src/core/rps/diagnosis/wiring';
import { metadataText } from '../../../src/core/rps/metadata';
import { judgeInsides } from '../../../src/core/rps/diagnosis/insides';
import { diagnoseSharpness } from '../../../src/core/rps/diagnosis/sharpness';
import { SharingWatch } from '../../../src/core/rps/diagnosis/watch';
import { batchFiguresInParts, diagnoseBatch, diagnoseCurvature } from '../../../src/core/rps/diagnosis/batch';
import { fixes, largerMemoryFix } from '../../../src/core/rps/diagnosis/finding';
import type { Finding, Fix, Measure } from '../../../src/core/rps/diagnosis/finding';
import { findingText, methodText, thresholdText } from '../../../src/protocol/sharing-words';
import { normals } from '../core/rps/layers';
import { named, runOf, staticOf } from '../core/rps/diagnosis/runs';

const adam = { name: 'adam', learningRate: 1e-3, momentum: 0, nesterov: false } as const;

/** Running variance, share of zeros, and whether it is not the first look. */
const looks: [number, number, boolean][] = [
  [4e6, 0.996, true],
  [Infinity, 1, true],
  [1, 1, false],
];

const all = (): Finding[] => {
  const runs = [
    runOf({ initStd: 0.01, compression: 1, compat: true }),
    runOf({ spec: { kind: 'fold', seed: 1 }, normalised: true, compression: 1 }),
    runOf({ spec: { kind: 'fold', seed: 1 }, compression: 1, compat: true }),
    runOf({ scaler: 'v1', spec: { kind: 'fold', seed: 1 } }),
    runOf({ scaler: 'v1', optimizer: adam, initStd: 20, spec: { kind: 'fold', seed: 1 } }),
  ];
  const watch = new SharingWatch({ classes: 10 });
  const layers = [{ layer: 'fc1', updateRatio: 0.4, norm: 2 }];
  const dead = new SharingWatch({ classes: 10 });
  const still = [{ layer: 'fc1', updateRatio: 0, norm: 2 }];
  return [
    ...runs.flatMap((run) => {
      const { findings, figures } = staticOf(run);
      return [...findings, ...diagnoseAdam(run), diagnoseHalf(figures), ...diagnoseSharpness(run, 300)];
    }),
    ...diagnoseSharpness(runs[1], 0.5, { full: 20 }),
    ...diagnoseSharpness(runs[0], 1, { converged: false }),
    ...[metadataText(runs[1]), metadataText(runs[0]), undefined, '{'].flatMap((text) => [
      ...diagnoseWiring(runs[0], text),
      ...diagnoseWiring(runs[0], text, 'init.safetensors'),
    ]),
    ...runs.slice(0, 2).flatMap((run) => {
      const values = run.sharing.layers.map(({ weights }, l) => normals(weights, l));
      return diagnoseBatch(run, finish(batchFiguresInParts(run, values, values)), 0);
    }),
    diagnoseCurvature(runs[0], 3),
    diagnoseCurvature(runs[0], 300),
    ...Array.from({ length: 40 }, (_, k) =>
      dead.see({ step: k + 1, loss: Math.log(10), memoryNorm: 1, gradientNorm: 2 ** k, layers: still }),
    ).flat(),
    ...looks.flatMap(([running, share, before]) => {
      const insides = { zeros: [{ layer: 'fc1', share }], variances: [{ layer: 'bn1', running, batch: 1 }] };
      return judgeInsides(5, insides, { step: before ? 0 : 5, variances: [2] }, before ? 3 : undefined);
    }),
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

it('whatever warns or fails says what a person can do', () => {
  const told = all().filter(({ verdict }) => verdict === 'warn' || verdict === 'fail');
  const measures = new Set(told.map(({ measure }) => measure));
  for (const measure of ['memory-growth', 'gradient-growth', 'sharpness', 'plateau'])
    expect(measures).toContain(measure);
  for (const finding of told)
    expect(findingText(finding).sentence).toMatch(
      /\b(use|set|lower|write|see to|a fold (uses|has)|stable-rps has none|learning rates below|falls for learning rates|smaller compression)\b/i,
    );
});

it('says what was measured, where it began and what to do', () => {
  const text = Object.fromEntries(
    all().map((finding) => [`${finding.measure} ${finding.verdict}`, findingText(finding).sentence]),
  );
  expect(text['loss-growth fail']).toBe(
    'The loss is 4 times that of the first step. It began in layer "fc1" at step 1 and was seen at step 2. ' +
      'Use method: stable-rps or scaler: theory; where one of them is used, a smaller learning rate.',
  );
  expect(text['sharpness fail']).toContain(
    'The sharpness is 300; the learning rate times it is 30, and the optimizer is stable below 2.',
  );
  // What has the scaler is not told to use it.
  const scaled = runOf({ spec: { kind: 'fold', seed: 1 }, normalised: true });
  const [steep] = diagnoseSharpness(scaled, 1e6, { converged: false });
  expect(findingText(steep).sentence).toMatch(/ is predicted to fail\. Use a smaller learning rate\.$/);
  const leap = (value: number, dense?: number): string =>
    findingText({
      ...{ id: 'D6', measure: 'update-ratio', value, threshold: 0.1, verdict: 'ok', layer: 'fc1' },
      ...(dense !== undefined && { facts: { dense } }),
    }).sentence;
  expect(leap(0.14, 0.03)).toBe(
    'The weights of layer "fc1" move by 14 % of their norm in the first step; those of the dense layer would by 3 % of theirs.',
  );
  expect(leap(6100)).toBe('The weights of layer "fc1" move by 6100 times their norm in the first step.');
  expect(leap(8.894e13, 2)).toContain(
    'by 8.89e+13 times their norm in the first step; those of the dense layer would by 2 times theirs.',
  );
  const inside = all().flatMap((f) =>
    f.measure === 'zero-activations' || f.measure === 'running-variance' ? [findingText(f).sentence] : [],
  );
  const mend = 'Use method: stable-rps or scaler: theory; where one of them is used, a smaller learning rate.';
  expect(inside).toEqual([
    'At step 5, and not yet at step 3, 99.6 % of the activations of layer "fc1" are zero: hardly anything goes through it, and ' +
      `hardly a gradient comes back. ${mend}`,
    'At step 5, and not yet at step 3, the running variance of batch norm "bn1" is 2e+6 times that of step 0. Where the weights ' +
      `before it have grown as far, a step turns them by as many times less. ${mend}`,
    'At step 5, and not yet at step 3, 100 % of the activations of layer "fc1" are zero: hardly anything goes through it, and ' +
      `hardly a gradient comes back. ${mend}`,
    'At step 5, and not yet at step 3, the running variance of batch norm "bn1" is not finite, and stays so: what it gives in ' +
      `evaluation says nothing of its input. ${mend}`,
    'At step 5, 100 % of the activations of layer "fc1" are zero: hardly anything goes through it, and hardly a gradient comes ' +
      'back. See to the initialisation, biases and the scale of the data.',
  ]);
  expect(text['adam-scaler warn']).toContain('Scaler v1 does nothing under Adam');
  expect(text['unused warn']).toMatch(
    /^3\d % of the memory is used by no weight; 37 % are expected of this mapping\. A fold uses all of it\.$/,
  );
});

it('says under Adam by how much steps are lengthened in one way only', () => {
  const run = runOf({ initStd: 1e-3, optimizer: adam });
  const sentence = (findings: readonly Finding[], measure: Measure): string =>
    findingText(named(findings, measure)).sentence;
  const { findings } = staticOf(run);
  expect(sentence(findings, 'largest-lambda')).toContain('move 400 times as far as by the learning rate');
  expect(sentence(diagnoseAdam(run), 'adam-lambda')).toContain('move 400 times as far as by the learning rate');
  for (const measure of ['largest-lambda', 'mean-gamma', 'largest-gamma'] as const)
    expect(sentence(findings, measure)).not.toContain('does not lengthen');
});

it('says what a value is held against', () => {
  expect(thresholdText({ threshold: null })).toBe('');
  expect(thresholdText({ threshold: Math.sqrt(10) })).toBe('3.16');
  expect(thresholdText({ threshold: 10, least: 0.1 })).toBe('0.1 to 10');
  expect(thresholdText({ threshold: null, least: 0.05 })).toBe('from 0.05');
  expect(thresholdText({ threshold: 1, least: 1 })).toBe('1');
});

// So that a new kind has to be among them.
const kinds: Record<Measure, true> = {
  'adam-lambda': true,
  'adam-scaler': true,
  amplification: true,
  'cache-lines': true,
  collisions: true,
  conservative: true,
  continuity: true,
  'dense-start': true,
  'dense-step': true,
  'cross-talk': true,
  curvature: true,
  'gradient-growth': true,
  'half-precision': true,
  'kept-energy': true,
  'lambda-range': true,
  'largest-gamma': true,
  'largest-lambda': true,
  load: true,
  'loss-growth': true,
  'mean-gamma': true,
  'memory-growth': true,
  'norm-ratio': true,
  'not-finite': true,
  plateau: true,
  'scaler-gap': true,
  sharpness: true,
  unused: true,
  'running-variance': true,
  'update-ratio': true,
  wiring: true,
  'zero-activations': true,
};

it('the findings above are of every kind', () => {
  const seen = new Set(all().map(({ measure }) => measure));
  expect(Object.keys(kinds).filter((kind) => !seen.has(kind as Measure))).toEqual([]);
});

it('says of a gradient that is lost before the first step what may be wrong then', () => {
  const said = (layer?: string): string =>
    findingText({
      ...{ id: 'D6', measure: 'not-finite', value: null, threshold: null, verdict: 'fail' },
      ...(layer !== undefined && { layer }),
    }).sentence;
  const mend = 'See to the initialisation and the scale of the data.';
  expect(said('fc1')).toBe(`The gradient of layer "fc1" is not finite at the beginning. ${mend}`);
  expect(said()).toBe(`The gradient is not finite at the beginning. ${mend}`);
});

it('says a mapping and a scope only where they are not those of the method', () => {
  const text = (
    ...[method, mapping, scope]: [
      Parameters<typeof methodText>[0]['method'],
      Parameters<typeof methodText>[0]['mapping'],
      Parameters<typeof methodText>[0]['scope'],
    ]
  ): string => methodText({ method, mapping, scope });
  expect(text('roast', 'roast', 'global')).toBe('roast');
  expect(text('roast', 'fold', 'global')).toBe('roast by fold');
  expect(text('stable-rps', 'fold', 'global')).toBe('stable-rps');
  expect(text('stable-rps', 'robe', 'local')).toBe('stable-rps by robe, each layer by itself');
  expect(text('hashednet', 'hashednet', 'local')).toBe('hashednet');
  expect(text('hashednet', 'hashednet', 'global')).toBe('hashednet, one memory for all layers');
});

it('tells of weights that begin too large or small what its button does', () => {
  const said = (layers: number, fix?: Fix): string =>
    findingText({
      ...{ id: 'D4', measure: 'norm-ratio', value: 0.577, threshold: 1.02, verdict: 'warn', layer: 'fc1' },
      ...{ facts: { layers }, ...(fix && { fix }) },
    }).sentence;
  const begin = 'The weights of layer "fc1" begin 0.577 times as large as without sharing.';
  const uneven = 'The memory is too small for this layer or unevenly used';
  expect([said(3, fixes.noCompat), said(1, fixes.fold), said(2, largerMemoryFix(4)), said(1)]).toEqual([
    `${begin} 3 layers are off by more than chance. A factor of 0.577 is that of the public code: use compat: false.`,
    `${begin} 1 layer is off by more than chance. ${uneven}: use mapping: fold.`,
    `${begin} 2 layers are off by more than chance. ${uneven}: use a smaller compression.`,
    `${begin} 1 layer is off by more than chance. No memory is larger: another seed draws other numbers.`,
  ]);
});
