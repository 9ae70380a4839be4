/** What the Spectrum tab and the report say of the input-output Jacobian. */
import { meanSquare } from '../../../src/core/stats';
import type { DepthNote, JacobianDepth, JacobianEvent } from '../../../src/protocol/run';
import { figure, many } from '../../format';
import { stepName } from '../run/words';

export const noJacobian = (ended: boolean): string =>
  ended
    ? 'No Jacobian was recorded. Set `probes.jacobian.at` in the config to record it.'
    : 'No Jacobian has been recorded yet.';

/** About the mean. */
export const variance = (values: readonly number[]): number => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
};

/** Root mean square. */
export const rms = (values: readonly number[]): number => Math.sqrt(meanSquare(values));

/** Why layers are missing: all of them, some, or those behind the last. */
const depthNotes: Record<DepthNote, string> = {
  'not-asked': 'Not by layer: `probes.jacobian.depths` is 0 in the config.',
  'too-long':
    'Not by layer: even three layers at one example would take long. A larger `probes.jacobian.budget` in the config allows it; a narrower network or smaller pictures take less.',
  'fewer-layers':
    'Fewer layers than asked for, as more would take long: a larger `probes.jacobian.budget` in the config gives more.',
  'not-finite': 'From the next layer on the Jacobian is larger than any number that is computed with.',
};

/** Where `meanFieldJacobian` of core/init stops. */
const noMeanField =
  'No mean field of the logits: its theory is of chains of layers and activations alone, in finite numbers. It ends at a residual, norm, pool, mean, attention, squeeze and excitation, embedding or position, at a layer that comes again, and at zeros around a picture.';

/** How what is shown by layer came about. */
const depthText = ({ samples, steps, layers }: JacobianDepth): string => {
  const estimated = layers.filter((layer) => layer.estimated).length;
  const over = `By layer: over ${many(samples, 'example')}`;
  if (estimated === 0) return `${over}.`;
  const which = estimated === layers.length ? 'estimated' : `${estimated} of ${many(layers.length, 'layer')} estimated`;
  return `${over}, ${which} by ${many(steps ?? 0, 'step')} of bidiagonalisation: there the largest is at least, and the smallest at most, what is shown.`;
};

/** The figures, what theory says, and how layers came about: a paragraph each. */
export const jacobianNotes = (event: JacobianEvent): string[] => {
  const { step, samples, summary, values, meanField, depth, depthNote } = event;
  const figures = [
    `min ${figure(summary.min)}`,
    `mean ${figure(summary.mean)}`,
    `max ${figure(summary.max)}`,
    `variance ${figure(variance(values))}`,
    `rms ${figure(rms(values))}`,
  ].join(' · ');
  return [
    `Jacobian at ${stepName(step)}, over ${many(samples, 'example')}: ${figures}.`,
    meanField === undefined
      ? noMeanField
      : `Mean field, of random weights of this size, as at initialisation: rms ${figure(Math.sqrt(meanField))}.`,
    [depth && depth.layers.length > 0 ? depthText(depth) : '', depthNote ? depthNotes[depthNote] : '']
      .filter((sentence) => sentence !== '')
      .join(' '),
  ].filter((paragraph) => paragraph !== '');
};

/** Of the three charts: what each shows, for who cannot see it, and its title. */
export const jacobianWords = {
  byStep: {
    label:
      'Smallest, mean and largest singular value of the input-output Jacobian by step, with the root mean square and that of mean-field theory',
    title: 'Jacobian: singular values by step',
  },
  byLayer: {
    label:
      'Smallest and largest singular value of the Jacobian of each layer by the inputs, with the root mean square and that of mean-field theory',
    title: 'Jacobian: by layer',
  },
  histogram: {
    label: 'Histogram of the singular values of the input-output Jacobian',
    title: 'Jacobian: histogram',
  },
  step: 'step',
  layer: 'layer',
  rms: 'rms',
  meanField: 'rms by mean field',
  table: { name: 'Jacobian by step', caption: 'Singular values of the input-output Jacobian by step' },
  columns: ['step', 'min', 'mean', 'max', 'variance', 'dead directions', 'examples', 'rms', 'rms by mean field'],
  layerTable: {
    name: 'Jacobian by layer',
    caption: (step: number): string => `Singular values of the Jacobian of layers by the inputs at ${stepName(step)}`,
  },
  how: 'computed',
  exact: 'exactly',
  estimated: 'estimated',
  layerColumns: ['min', 'mean', 'max', 'dead directions', 'rms', 'rms by mean field'],
} as const;
