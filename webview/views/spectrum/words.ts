/** What the Spectrum tab says. */
import { stepName } from '../run/words';
import { count, figure, many } from '../../format';
import type { JacobianEvent, SpectrumEvent } from '../../../src/protocol/run';
import { runTitle } from '../../../src/protocol/words';

export const help = {
  title: 'Spectrum',
  text: [
    'Singular values say by how much a layer stretches its inputs: all at 1 is an isometry, 0 is a direction that is lost.',
    'The selected step shows the last spectrum recorded up to it; the dashed line is the initialisation.',
    'The Jacobian is that of the logits by the inputs, over the examples the run probed: its singular values near 1 are dynamical isometry.',
    'Signals by layer are drawn where `probes.signals` asks for them. Where χ is above 1 gradients grow on their way back, below 1 they die. Mean field is of plain chains of layers and activations.',
  ],
  keys: [['← →', 'Move the cursor in a chart (Shift: far)']],
} as const;

export const noJacobian = (ended: boolean): string =>
  ended
    ? 'No Jacobian was recorded. Set `probes.jacobian.at` in the config to record it.'
    : 'No Jacobian has been recorded yet.';

export const jacobianNote = ({ step, samples, summary, values }: JacobianEvent): string =>
  `Jacobian at ${stepName(step)}, over ${many(samples, 'example')}: min ${figure(summary.min)} · mean ${figure(summary.mean)} · max ${figure(summary.max)} · variance ${figure(variance(values))}`;

/** About the mean. */
export const variance = (values: readonly number[]): number => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
};

export const noSpectrum = (ended: boolean): string =>
  ended ? 'No spectrum was recorded for this layer.' : 'No spectrum has been recorded yet.';

const where = ({ layer, step }: SpectrumEvent): string => `${layer} at ${stepName(step)}`;

export const allValues = (event: SpectrumEvent): { main: string; exact: string } => {
  const { min, mean, max } = event.summary;
  return {
    main: `${where(event)}: ${count(event.values.length)} singular values, min ${figure(min)} · mean ${figure(mean)} · max ${figure(max)}`,
    exact: `min ${min}, mean ${mean}, max ${max}`,
  };
};

export const oneValue = (event: SpectrumEvent, index: number): string =>
  `${where(event)}: singular value ${count(index + 1)} of ${count(event.values.length)} is ${figure(event.values[index])}`;

export const valuesLabel = (event: SpectrumEvent, isometry: string): string =>
  `Singular values of ${where(event)}: ${isometry}`;

export const caption = (run: string, layer: string, step: number): string =>
  `${runTitle(run)} · ${layer} · singular values at ${stepName(step)}`;

export const tableWords = {
  values: { name: 'Singular values', caption: (step: number) => `Singular values at ${stepName(step)}` },
  byStep: { name: 'Jacobian by step', caption: 'Singular values of the input-output Jacobian by step' },
  bins: { name: 'Histograms', caption: (step: number) => `Histograms of the singular values at ${stepName(step)}` },
  jacobian: 'Jacobian',
  columns: {
    of: 'of',
    step: 'step',
    index: 'index',
    value: 'singular value',
    from: 'from',
    to: 'to',
    values: 'singular values',
    jacobian: ['step', 'min', 'mean', 'max', 'variance', 'dead directions', 'examples'],
  },
};

export const layersLabel = 'Layers';
export const layersCaption = 'Singular values of all layers';

/** Of the four charts: what each shows, for who cannot see it, and its title. */
export const chartWords = {
  values: { label: 'Singular values of the layer, descending', title: 'Singular values' },
  histogram: { label: 'Histogram of the singular values of the layer', title: 'Histogram' },
  byStep: {
    label: 'Smallest, mean and largest singular value of the input-output Jacobian by step',
    title: 'Jacobian: singular values by step',
  },
  jacobian: {
    label: 'Histogram of the singular values of the input-output Jacobian',
    title: 'Jacobian: histogram',
  },
  initialisation: 'initialisation',
  selected: 'selected step',
  value: 'singular value',
  index: 'index',
  step: 'step',
} as const;
