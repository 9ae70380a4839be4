/** The network of a config before it is trained: drawn, pruned, compared. No run folder, no training. */
import { dirname } from 'node:path';
import type { LayerPlan } from '../config/layer-plans';
import { checkedPlan } from '../config/plan';
import type { NetworkPlan } from '../config/plan';
import { isScored, needsExamples } from '../config/methods';
import type { Config } from '../config/types';
import { tensorShape } from '../core/density/layer-shape';
import { vocabularyOf } from '../core/network';
import type { Mask } from '../core/mask';
import { writeAtomically } from '../formats/atomic-file';
import { summedChunks } from '../formats/safetensors';
import type { TensorToWrite } from '../formats/safetensors';
import type { InitialLayer } from '../protocol/engine';
import type { CallContext } from '../protocol/rpc';
import { spareFor } from '../runs/project';
import { batchesFor } from './data/batches';
import type { Batches } from './data/batches';
import { closeData } from './data/data-set';
import { loadData } from './data/load';
import { notPruned, sharedNotPruned } from './errors';
import { freshOthers, freshState, keptLayers, restingState, wantedDensity } from './initialise';
import type { DrawnLayer, KeptLayer } from './initialise';
import { LayerDraws } from './layer-draws';
import { drawMemoryOf } from './rps/recovered-layers';
import { ruleOf } from './rps/rule';
import type { SharingRule } from './rps/rule';
import type { NetworkState } from './states';
import { initTensors, prunedTensors, stateMetadata } from './state-files';
import type { Batch } from './training';
import { computed, turnsOf } from './turns';
import { wantedPatterns } from './wanted-patterns';
import type { WantedPatterns } from './wanted-patterns';

/** What is drawn, and where its files are. */
export interface Source {
  configPath: string;
  /** Folder that holds `.sparsescope`. */
  root: string;
  /** As `KeptIn` has it. */
  spare?: string | undefined;
  config: Config;
  plan: NetworkPlan;
}

/** Uses training and validation batches in the order of a run of this config. @throws as `loadData` and `use` */
export async function withBatches<T>(
  { configPath, root, spare, config, plan }: Source,
  context: CallContext,
  use: (batches: { train: Batches; validation: Batches }) => Promise<T>,
): Promise<T> {
  const data = await loadData(config.data, { root, spare, configFolders: [dirname(configPath)], ...context });
  try {
    return await use(batchesFor(config, data, vocabularyOf(plan.network)));
  } finally {
    await closeData(data);
  }
}

/** The first training batch of a run. */
export const firstBatch = (source: Source, context: CallContext): Promise<Batch> =>
  withBatches(source, context, ({ train }) => train.shuffled(source.config.seed, 0).batch(0));

/** The layers that scores keep; data is read only when the scores are of a loss. */
async function kept(source: Source, context: CallContext): Promise<ReadonlyMap<string, KeptLayer>> {
  const { config, plan } = source;
  const first = needsExamples(config.sparsity.distribution) ? await firstBatch(source, context) : undefined;
  return computed(
    config,
    keptLayers(config, plan, () => first!),
    turnsOf(context),
  );
}

export interface DrawnNetwork {
  state: NetworkState;
  drawn: DrawnLayer[];
  kept: ReadonlyMap<string, KeptLayer>;
  wanted: WantedPatterns;
  /** Where weights are shared. */
  rule?: SharingRule | undefined;
}

/** @throws SparseError as `keptLayers` and `drawLayer`; RpcCancelled */
export async function drawNetwork(source: Source, context: CallContext): Promise<DrawnNetwork> {
  const { config, plan } = source;
  const turn = turnsOf(context);
  const scored = await kept(source, context);
  const wanted = await wantedPatterns(config, plan, dirname(source.configPath));
  const rule = ruleOf(source);
  const memory = await computed(config, drawMemoryOf(rule, config, plan), turn);
  const others = freshOthers(config, plan.network, memory?.shared);
  const state: NetworkState = { layers: [], others, ...(memory && { shared: memory.state }) };
  const network: DrawnNetwork = { state, drawn: [], kept: scored, wanted, rule };
  const drawing = { config, gain: plan.gain, wanted };
  const draws = new LayerDraws(drawing, plan.layers, scored, memory?.shared);
  for (const layer of plan.layers) {
    context.progress({ done: state.layers.length, total: plan.layers.length, message: layer.name });
    await turn();
    const recovered = memory?.layer(drawing, layer);
    const drawn = recovered ?? (await computed(config, draws.draw(layer), turn));
    network.drawn.push(drawn);
    state.layers.push(recovered ? restingState(layer, drawn) : freshState(layer, drawn));
  }
  return network;
}

const summaries = ({ plan }: Source, { drawn, kept: scored, wanted }: DrawnNetwork): InitialLayer[] =>
  plan.layers.map((layer, l) => {
    const { mask, details } = drawn[l];
    const decided = scored.get(layer.name)?.mask.density ?? wantedDensity(layer, wanted);
    const drawnLayer = summary(layer, mask, decided ?? layer.targetDensity ?? mask.density);
    return { ...drawnLayer, ...(details && { details }) };
  });

const summary = (layer: LayerPlan, mask: Mask, targetDensity: number): InitialLayer => ({
  name: layer.name,
  shape: tensorShape(layer),
  targetDensity,
  density: mask.density,
  nonZeros: mask.count(),
  ...(layer.dense && { dense: true }),
});

async function write(
  output: string,
  tensors: readonly TensorToWrite[],
  { config, plan, rule }: Source & Pick<DrawnNetwork, 'rule'>,
  context: CallContext,
): Promise<void> {
  const turn = turnsOf(context);
  const chunks = async function* (): AsyncGenerator<Uint8Array> {
    for (const chunk of await summedChunks(tensors, stateMetadata(config, plan, 0, rule), turn)) {
      await turn();
      yield chunk;
    }
  };
  await writeAtomically(output, chunks());
}

/** Draws the network; writes weights, masks and biases to `output` if there is one. */
export async function initialise(
  source: Source,
  output: string | undefined,
  context: CallContext,
): Promise<InitialLayer[]> {
  const spare = output === undefined ? undefined : spareFor(source.root, dirname(output));
  const network = await drawNetwork({ ...source, spare }, context);
  if (output !== undefined) await write(output, initTensors(network.state), { ...source, rule: network.rule }, context);
  return summaries(source, network);
}

/**
 * Writes the dense network as its scores have pruned it, with the scores: what `init: base` would begin with.
 * @throws SparseError `engine.not-pruned` when the config's distribution is not one of scores, `config.impossible`,
 * `prune.*`, `file.*`
 */
export async function prune(source: Source, output: string, context: CallContext): Promise<InitialLayer[]> {
  if (source.config.sharing) throw sharedNotPruned();
  const { distribution, update } = source.config.sparsity;
  if (!isScored(distribution)) throw notPruned(distribution);
  // What is written is the dense network cut, whatever the config would draw in its place or prune later.
  const sparsity = { ...source.config.sparsity, init: 'base', update: { ...update, method: 'static' } } as const;
  const config: Config = { ...source.config, sparsity };
  const spare = spareFor(source.root, dirname(output));
  const base: Source = { ...source, spare, config, plan: checkedPlan(config, source.plan.network) };
  const scored = await kept(base, context);
  const layers = base.plan.layers.map((layer) => ({ ...layer, ...scored.get(layer.name)! }));
  await write(output, layers.flatMap(prunedTensors), base, context);
  return layers.map((layer) => summary(layer, layer.mask, layer.mask.density));
}
