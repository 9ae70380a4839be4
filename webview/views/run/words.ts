/** The run in words. */
import type { LayerSummary } from '../../../src/protocol/run';
import { weightShape } from '../../../src/protocol/words';
import { count, duration, figure, shapeText } from '../../format';
import type { Obstacle } from './tab';
import type { RunModel } from './run-model';

export const stepName = (step: number): string => (step === 0 ? 'initialisation' : `step ${count(step)}`);

export const layerCaption = (layer: LayerSummary): string => {
  const { name, density, targetDensity } = layer;
  return `${name} · ${shapeText(weightShape(layer))} · density ${figure(density)} (target ${figure(targetDensity)})`;
};

/** There is a layer to show, unless the run is young, or ended before it had one. */
export const hasLayer = (model: RunModel): true | Obstacle => {
  if (model.layer) return true;
  const { snapshot } = model;
  if (!snapshot || !model.ended) return { title: 'Waiting for the first layer', explanation: '', waiting: true };
  const openConfig = { text: 'Open Config', press: () => void model.remote.act({ action: 'open-config' }) };
  const showLog = { text: 'Show Log', press: () => void model.remote.act({ action: 'show-log' }) };
  const reason = snapshot.record.error?.message;
  return {
    title: 'This run ended before it had a layer to show',
    explanation: reason ?? 'Run a config or open a checkpoint to see its weights.',
    actions: [openConfig, showLog],
  };
};

export const shellWords = {
  tabs: 'Views of the run',
  opening: 'Opening the run',
  waiting: 'Waiting for the run to begin',
  again: 'Try Again',
  showLog: 'Show Log',
  keys: (titles: readonly string[]) =>
    [
      ['[ ]', 'Previous and next layer'],
      [', .', 'Previous and next recorded step'],
      [titles.map((_, i) => i + 1).join(' '), titles.join(', ')],
    ] as const,
};

export const headerWords = {
  layer: 'Layer',
  cancel: 'Cancel',
  resume: 'Resume',
  progress: (step: number, total: number, elapsed: number) =>
    `step ${count(step)}${total > 0 ? `/${count(total)}` : ''} · ${duration(elapsed)}`,
};
