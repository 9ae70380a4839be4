/** What the Spectrum tab says of signals and gradients. */
import type { SignalsEvent } from '../../../src/protocol/run';
import { count, figure, many } from '../../format';
import { stepName } from '../run/words';

export const noSignals = (ended: boolean): string =>
  ended
    ? 'No signals were recorded. Set `probes.signals.at` or `.every` in the config to see them by layer.'
    : 'No signals have been recorded yet. `probes.signals` in the config says when they are.';

const total = (values: readonly (number | null)[]): number =>
  values.reduce<number>((sum, value) => sum + (value ?? 0), 0);

/** `weights`: of all layers together, pruned ones too. */
export const signalsNote = ({ step, samples, layers, deep }: SignalsEvent, weights: number): string => {
  const [kept, effective] = [total(layers.map((layer) => layer.kept)), total(layers.map((layer) => layer.effective))];
  const judged = layers.filter(({ dead }) => dead !== null);
  const dead = total(judged.map((layer) => layer.dead));
  return [
    `Signals at ${stepName(step)}, over ${many(samples, 'example')}.`,
    `Effective density ${figure(effective / weights)} of ${figure(kept / weights)}: ${many(kept - effective, 'kept weight')} on no path.`,
    judged.length > 0 ? `${many(dead, 'dead unit')} of ${count(total(judged.map(({ units }) => units)))}.` : '',
    deep ? `Mean field of a deep network with these gains: q ${figure(deep.q)}, χ ${figure(deep.chi)}.` : '',
  ]
    .filter((sentence) => sentence !== '')
    .join(' ');
};

export const signalWords = {
  measured: 'measured',
  // Of the weights as they are.
  sparse: 'mean field',
  dense: 'if dense',
  layer: 'layer',
  meanSquare: {
    label: 'Mean square of the preactivations by layer, measured and by mean-field theory',
    title: 'Preactivations: mean square',
  },
  chi: {
    label:
      'Factor by which squared gradients grow from each layer to the one before, measured and by mean-field theory',
    title: 'Gradients: factor χ to the layer before',
  },
  gradient: { label: 'Norm of the gradient by the weights of each layer', title: 'Gradient norm by weights' },
  table: 'Signals',
  caption: (step: number): string => `Signals and gradients by layer at ${stepName(step)}`,
  columns: [
    'weight norm',
    'gradient norm',
    'q measured',
    'q of these weights',
    'q dense',
    'χ measured',
    'χ of these weights',
    'χ dense',
    'variance',
    'activation variance',
    'units',
    'dead units',
    'kept',
    'on a path',
  ],
} as const;
