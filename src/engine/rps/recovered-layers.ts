/** Shared weights before training: the initial memory, and what it stands for. */
import { initialMemory } from '../../config/initial-memory';
import type { StartPlan } from '../../config/initial-memory';
import type { LayerPlan } from '../../config/layer-plans';
import type { Config } from '../../config/types';
import type { Parts } from '../../core/parts';
import { recover } from '../../core/rps/recover';
import { sharedLayer } from '../initialise';
import type { DrawnLayer, Drawing } from '../initialise';
import type { SharedState } from '../states';
import type { SharingRule } from './rule';

export interface DrawnMemory {
  state: SharedState;
  /** Names of the layers that are recovered from it, embeddings too. */
  shared: ReadonlySet<string>;
  /** The layer as recovered, with a bias of its own; undefined where it is not shared. */
  layer(drawing: Drawing, layer: LayerPlan): DrawnLayer | undefined;
}

/** Nothing where no weights are shared. */
export function* drawMemoryOf(
  rule: SharingRule | undefined,
  config: Config,
  plan: StartPlan,
): Parts<DrawnMemory | undefined> {
  if (!rule) return undefined;
  const { sharing, scales } = rule;
  const memory = yield* initialMemory(sharing, scales, config, plan);
  return {
    state: { memory, slots: [] },
    shared: new Set(sharing.layers.map(({ name }) => name)),
    layer: (drawing, layer) => {
      const index = sharing.layers.findIndex(({ name }) => name === layer.name);
      if (index < 0) return undefined;
      const weights = new Float32Array(sharing.layers[index].weights);
      recover(sharing, scales, memory, index, weights);
      return sharedLayer(drawing, layer, weights);
    },
  };
}
