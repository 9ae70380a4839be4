/** Which probes are due after a step, by the config. One that is not due computes nothing. */
import type { Parts } from '../../core/parts';
import type { Batches } from '../data/batches';
import type { Probe } from '../recorded';
import type { Untimed } from '../recorder';
import type { RunWatch } from '../rps/run-watch';
import type { Executor } from '../executor';
import { jacobianProbe } from './jacobian';
import { signals } from './signals';
import type { Intended } from './signals';
import { layerSpectrum } from './spectra';

/** Where a run stands: `total` is the step at which training ends, as far as is known. */
export interface Moment {
  step: number;
  total: number;
}

export interface Probed extends Intended {
  trainer: Executor;
  /** Examples that signals are measured of, at most. */
  signalSamples: number;
  /** What the examples of a probe are taken from. */
  validation: Batches;
  /** Where weights are shared. */
  watch?: Pick<RunWatch, 'event'>;
  /** Singular values of the layers as they were drawn, where they have been measured. */
  drawn?: ReadonlyMap<string, Float64Array>;
}

/** One event to come: by `key` it is known whether it was recorded, `measure` makes it. */
export interface DueProbe {
  key: Probe;
  measure: () => Promise<Parts<Untimed>>;
}

/** Whether something that comes every so many steps comes now: at the end always, with 0 only there. */
export const isDue = (every: number, { step, total }: Moment): boolean =>
  step === total || (every > 0 && step % every === 0);

const isNamed = (at: readonly (number | 'end')[], { step, total }: Moment): boolean =>
  at.some((one) => step === (one === 'end' ? total : one));

/** When a probe comes both at steps it names and every so many; with 0 only at those. */
interface Asked {
  at: readonly (number | 'end')[];
  every: number;
}

export const isAsked = ({ at, every }: Asked, moment: Moment): boolean =>
  isNamed(at, moment) || (every > 0 && isDue(every, moment));

/** The last step before this one at which a probe came. */
export const askedBefore = ({ at, every }: Asked, step: number): number | undefined => {
  const counted = every > 0 ? [Math.floor((step - 1) / every) * every] : [];
  const named = at.filter((one) => one !== 'end');
  return [...named, ...counted]
    .filter((one) => one >= 0 && one < step)
    .sort((a, b) => b - a)
    .at(0);
};

/** In the order in which they are recorded. */
export function* dueProbes(probed: Probed, moment: Moment): Generator<DueProbe> {
  const { step } = moment;
  const { config, trainer, signalSamples, validation, watch, drawn } = probed;
  const { spectra, jacobian, signals: named, divergence } = config.probes;
  if (isAsked(spectra, moment))
    for (const layer of trainer.weights())
      yield {
        key: { type: 'spectrum', step, layer: layer.name },
        measure: () => Promise.resolve(layerSpectrum(layer, step, step === 0 ? drawn?.get(layer.name) : undefined)),
      };
  if (isNamed(jacobian.at, moment))
    yield {
      key: { type: 'jacobian', step },
      measure: async () => jacobianProbe(probed, await validation.sample(jacobian.samples), step),
    };
  if (watch && isAsked(divergence, moment))
    yield { key: { type: 'sharing', step }, measure: () => Promise.resolve(watch.event(step)) };
  if (isAsked(named, moment))
    yield {
      key: { type: 'signals', step },
      measure: async () => signals(probed, trainer, await validation.sample(signalSamples), step),
    };
}
