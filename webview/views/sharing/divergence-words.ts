/** What the map of divergence says. */
import type { SharingPoint, SharingReport, TestedPoint } from '../../../src/protocol/sharing';
import { testSteps } from '../../../src/protocol/sharing-view';
import { count, figure } from '../../format';

export const divergenceWords = {
  help: [
    'Each place is an init-std of the memory and a learning rate. Below the lower line a step is proved stable where the loss is quadratic (learning rate × S below the threshold of the optimizer); S, the largest curvature that the memory sees, is measured once and goes with 1 / init-std². Above the upper line failure is predicted from experience; between the two lies the band where either may happen.',
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
    safe: 'proved stable',
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
    empirical: 'failure from',
  },
  agreement: (right: number, all: number) => `${count(right)} of ${count(all)} tested places came out as predicted`,
} as const;

export const placeText = ({ initStd, learningRate }: SharingPoint): string =>
  `init-std ${figure(initStd)}, learning rate ${figure(learningRate)}`;

export const sharpnessText = ({ sharpness }: SharingReport): string => {
  if (!sharpness) return '';
  const { value, residual, etaS, threshold, full } = sharpness;
  const dense = full === undefined ? '' : `, ${figure(full)} without sharing`;
  return `learning rate × S ${figure(etaS)}, stable below ${figure(threshold)} · S ${figure(value)}${dense} (residual ${figure(residual)})`;
};

export const predictedText = (predicted: TestedPoint['predicted'] | undefined): string =>
  predicted === undefined ? 'no prediction yet' : divergenceWords.regions[predicted];

export const testedText = (point: TestedPoint): string => {
  const { outcome, steps, firstLoss, lastLoss, predicted } = point;
  const last = lastLoss === null ? 'not finite' : figure(lastLoss);
  return `${placeText(point)}: ${divergenceWords.outcomes[outcome]} in ${count(steps)} steps, loss ${figure(firstLoss)} to ${last} · ${predictedText(predicted)}`;
};

export const chosenText = (point: SharingPoint, predicted: TestedPoint['predicted'] | undefined): string =>
  `${placeText(point)}: ${predictedText(predicted)}`;
