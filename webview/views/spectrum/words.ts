/** What the Spectrum tab says. */
import { stepName } from '../run/words';
import { count, figure } from '../../format';
import type { SpectrumEvent } from '../../../src/protocol/run';
import { runTitle } from '../../../src/protocol/words';

export const help = {
  title: 'Spectrum',
  text: [
    'Singular values say by how much a layer stretches its inputs: all at 1 is an isometry, 0 is a direction that is lost.',
    'The selected step shows the last spectrum recorded up to it; the dashed line is the initialisation.',
    'The Jacobian is that of the logits by the inputs, over the examples the run probed: its singular values near 1 are dynamical isometry.',
    'By layer it is that of what the layer gives: of narrow chains of linear layers and activations exactly, of other networks estimated by products with vectors. Mean field is the root of the mean square that random weights of the same size have in wide networks: theory of step 0, since training makes weights depend on each other.',
    'Signals by layer are drawn where `probes.signals` asks for them. Where χ is above 1 gradients grow on their way back, below 1 they die. Mean field is of plain chains of layers and activations.',
  ],
  keys: [['← →', 'Move the cursor in a chart (Shift: far)']],
} as const;

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
  },
};

export const layersLabel = 'Layers';
export const layersCaption = 'Singular values of all layers';

/** Of the charts of a layer: what each shows, for who cannot see it, and its title. */
export const chartWords = {
  values: { label: 'Singular values of the layer, descending', title: 'Singular values' },
  histogram: { label: 'Histogram of the singular values of the layer', title: 'Histogram' },
  initialisation: 'initialisation',
  selected: 'selected step',
  value: 'singular value',
  index: 'index',
} as const;
