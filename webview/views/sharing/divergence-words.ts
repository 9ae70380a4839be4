/** What the map of divergence says. */
import type { SharingPoint, SharingReport, TestedPoint } from '../../../src/protocol/sharing';
import { testSteps } from '../../../src/protocol/sharing-view';
import { count, figure } from '../../format';

export const divergenceWords = {
  help: [
    'Each place is an init-std of the memory and a learning rate. Below the lowest line a step is proved stable (learning rate × S below 2; Nesterov’s momentum: below its own limit on a quadratic); with heavy-ball momentum b there is a second line, 2 (1 + b), up to which steps are stable where the loss is quadratic. Where S was not found exactly nothing is drawn as proved. S, the largest curvature that the memory sees, is measured once and goes with 1 / init-std². Above the upper line failure is predicted from experience; below it lies the band where either may happen.',
    'A ring is the config. Choose a place by a click, or with the arrows and Enter, and test it: the network is trained for some steps there, and the outcome is drawn on the prediction.',
    'With STABLE-RPS the lines are level: the scaler takes the init-std out.',
  ],
  keys: [
    ['← ↑ ↓ →', 'Move the cursor over the map (Shift: far)'],
    ['Enter', 'Choose the place under the cursor'],
    ['x', 'Test the chosen place'],
  ],
  label: 'Map of divergence over init-std and learning rate',
  x: 'init-std of the memory',
  y: 'learning rate',
  measure: 'Measure Sharpness',
  again: 'Measure Again',
  measuring: 'Measuring the sharpness',
  test: 'Test',
  testTitle: `Train ${count(testSteps)} steps at the chosen place (x)`,
  testing: (point: SharingPoint) => `Testing ${placeText(point)}`,
  regions: {
    safe: 'proved stable (2 / S)',
    momentum: 'stable by heavy ball, on a quadratic',
    band: 'may go either way',
    unsafe: 'predicted to diverge',
  },
  /** Of a place; what is safe by momentum only is not proved. */
  predictions: {
    safe: 'predicted stable',
    band: 'may go either way',
    unsafe: 'predicted to diverge',
  },
  points: {
    config: 'the config',
    chosen: 'chosen place',
    converged: 'converged',
    slow: 'slow',
    collapsed: 'collapsed',
    diverged: 'diverged',
  },
  outcomes: {
    converged: 'converged',
    slow: 'hardly learnt anything',
    collapsed: 'collapsed to chance',
    diverged: 'diverged',
  },
  notMeasured:
    'The regions are drawn once the sharpness is measured: some dozen products with the Hessian. Places can be tested before.',
  tested: { name: 'Tested', caption: (name: string) => `Tested places of ${name}` },
  boundary: { name: 'Boundaries', caption: (name: string) => `Predicted boundaries of ${name}` },
  columns: {
    initStd: 'init-std',
    learningRate: 'learning rate',
    predicted: 'predicted',
    outcome: 'outcome',
    steps: 'steps',
    first: 'first loss',
    last: 'last loss',
    proved: 'proved up to',
    heavyBall: 'heavy ball up to',
    empirical: 'failure from',
  },
  agreement: (right: number, all: number) => `${count(right)} of ${count(all)} tested places came out as predicted`,
} as const;

export const placeText = ({ initStd, learningRate }: SharingPoint): string =>
  `init-std ${figure(initStd)}, learning rate ${figure(learningRate)}`;

/** Short enough to stand beside a place of the map in a line of 1000 pixels. */
export const sharpnessText = ({ sharpness }: SharingReport): string => {
  if (!sharpness) return '';
  const { value, etaS, threshold, full, converged } = sharpness;
  const dense = full === undefined ? '' : ` (dense ${figure(full)})`;
  return `rate × S ${figure(etaS)}, stable below ${figure(threshold)} · S ${converged === false ? 'at least ' : ''}${figure(value)}${dense}`;
};

/** How exactly S is known. */
export const residualText = ({ sharpness }: SharingReport): string =>
  sharpness ? `residual ${figure(sharpness.residual)}` : '';

export const predictedText = (predicted: TestedPoint['predicted'] | undefined): string =>
  predicted === undefined ? 'no prediction yet' : divergenceWords.predictions[predicted];

export const testedText = (point: TestedPoint): string => {
  const { outcome, steps, firstLoss, lastLoss, predicted } = point;
  const last = lastLoss === null ? 'not finite' : figure(lastLoss);
  return `${placeText(point)}: ${divergenceWords.outcomes[outcome]} in ${count(steps)} steps, loss ${figure(firstLoss)} to ${last} · ${predictedText(predicted)}`;
};

export const chosenText = (point: SharingPoint, predicted: TestedPoint['predicted'] | undefined): string =>
  `${placeText(point)}: ${predictedText(predicted)}`;
