/** The run in words. */
import type { LayerSummary, RunState, SpectrumSummary } from '../../../src/protocol/run';
import { isometry } from '../../../src/core/spectrum';
import { count, figure } from '../../format';
import type { Obstacle } from './tab';
import type { RunModel } from './run-model';

/** `mlp7-eoi · run 3` of the folder name `mlp7-eoi-3`. */
export const runTitle = (id: string): string => id.replace(/^(.+)-(\d+)$/, '$1 · run $2');

export const stateWords: Record<RunState, string> = {
  starting: 'starting',
  initialising: 'initialising',
  training: 'training',
  completed: 'completed',
  cancelled: 'cancelled',
  failed: 'failed',
  interrupted: 'interrupted',
};

export const stepName = (step: number): string => (step === 0 ? 'initialisation' : `step ${count(step)}`);

/** What the singular values say: `isometric`, `approximately isometric (σ 0.94-1.03)`, `broken: 12 dead directions`. */
export const isometryWords = (summary: SpectrumSummary): string => {
  const range = `σ ${figure(summary.min)}-${figure(summary.max)}`;
  switch (isometry(summary)) {
    case 'isometric':
      return 'isometric';
    case 'approximately-isometric':
      return `approximately isometric (${range})`;
    case 'broken':
      return summary.dead > 0
        ? `broken: ${count(summary.dead)} dead ${summary.dead === 1 ? 'direction' : 'directions'}`
        : `broken (${range})`;
  }
};

export const layerCaption = ({ name, shape, density, targetDensity }: LayerSummary): string =>
  `${name} · ${count(shape[0])} × ${count(shape[1])} · density ${figure(density)} (target ${figure(targetDensity)})`;

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
