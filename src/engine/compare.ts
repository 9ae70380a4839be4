/** Initialisations of one config side by side. */
import type { Config } from '../config/types';
import { checkedPlan } from '../config/plan';
import { isSparseError } from '../core/errors';
import type { Parts } from '../core/parts';
import { summarise } from '../core/spectrum';
import { mostComparedValues } from '../protocol/compare';
import type { CompareMethod, ComparedLayer, ComparedMethod, Comparison } from '../protocol/compare';
import { RpcCancelled } from '../protocol/rpc';
import type { CallContext } from '../protocol/rpc';
import { methodName } from '../protocol/words';
import type { Batches } from './data/batches';
import { noPattern } from './errors';
import { drawNetwork, withBatches } from './initial-network';
import type { DrawnNetwork, Source } from './initial-network';
import { wantedDensity } from './initialise';
import { jacobianSpectrum } from './probes/jacobian';
import { weightError, weightSpectrum } from './probes/weight-spectrum';
import { Trainer } from './trainer';
import { trainingSettings } from './training';
import { computed, turnsOf } from './turns';

/** Examples whose Jacobian is looked at: enough for its range, few enough to wait for. */
const jacobianSamples = 8;

/** So many of the values that the first, the last and those between keep their places. */
function thinned(values: Float64Array): number[] {
  if (values.length <= mostComparedValues) return [...values];
  const step = (values.length - 1) / (mostComparedValues - 1);
  return Array.from({ length: mostComparedValues }, (_, i) => values[Math.round(i * step)]);
}

function* describe({ plan }: Source, { drawn, kept, wanted }: DrawnNetwork): Parts<ComparedLayer[]> {
  const layers: ComparedLayer[] = [];
  for (const [l, layer] of plan.layers.entries()) {
    const { name, rows, columns, targetDensity } = layer;
    const { weights, mask } = drawn[l];
    const values = yield* weightSpectrum(weights, layer);
    layers.push({
      name,
      shape: [rows, columns],
      targetDensity: kept.get(name)?.mask.density ?? wantedDensity(layer, wanted) ?? targetDensity ?? mask.density,
      density: mask.density,
      nonZeros: mask.count(),
      orthogonalityError: yield* weightError(weights, layer, plan.gain.weight),
      singularValues: summarise(values),
      values: thinned(values),
    });
  }
  return layers;
}

/**
 * The config with another method, and the plan made anew.
 * @throws SparseError `engine.no-pattern`, `config.impossible`
 */
function withMethod(source: Source, { distribution, init, base, fan, guided }: CompareMethod): Source {
  const { config } = source;
  const { angles, convDensity, pattern } = config.sparsity.eoi;
  if (guided && pattern === undefined) throw noPattern(source.configPath);
  const sparsity: Config['sparsity'] = {
    ...config.sparsity,
    distribution,
    init,
    ...(base && { base }),
    ...(fan && { fan }),
    ...(guided === false && { eoi: { angles, convDensity } }),
  };
  // A method draws a network of its own: nothing of it is shared.
  const changed: Config = { ...config, sparsity };
  delete changed.sharing;
  return { ...source, config: changed, plan: checkedPlan(changed, source.plan.network) };
}

async function draw(
  source: Source,
  method: CompareMethod,
  validation: Batches,
  context: CallContext,
): Promise<ComparedMethod> {
  const failed = (error: unknown): ComparedMethod => {
    if (!isSparseError(error)) throw error;
    const { code, message } = error;
    return { ...method, layers: [], nonZeros: 0, weights: 0, milliseconds: 0, error: { code, message } };
  };
  try {
    const own = withMethod(source, method);
    const { config, plan } = own;
    const began = performance.now();
    const network = await drawNetwork(own, { ...context, progress: () => undefined });
    const milliseconds = performance.now() - began;
    const turn = turnsOf(context);
    const layers = await computed(config, describe(own, network), turn);
    const trainer = new Trainer(plan.network, network.state, trainingSettings({ config, plan, rule: network.rule }));
    try {
      const samples = await validation.sample(jacobianSamples);
      const { summary } = await computed(config, jacobianSpectrum(trainer, samples, plan.network, 0), turn);
      const nonZeros = layers.reduce((sum, layer) => sum + layer.nonZeros, 0);
      return { ...method, layers, nonZeros, weights: plan.weights, milliseconds, jacobian: summary };
    } finally {
      trainer.dispose();
    }
  } catch (error) {
    return failed(error);
  }
}

/**
 * One after the other; a method that cannot be run answers with its sentence beside the others. Cancelled, it answers
 * with what was drawn until then.
 *
 * @throws RpcCancelled when nothing was
 */
export const compareInitialisations = (
  source: Source,
  methods: readonly CompareMethod[],
  context: CallContext,
): Promise<Comparison> =>
  withBatches(source, context, ({ validation }) => compared(source, methods, validation, context));

async function compared(
  source: Source,
  methods: readonly CompareMethod[],
  validation: Batches,
  context: CallContext,
): Promise<Comparison> {
  const done: ComparedMethod[] = [];
  for (const method of methods) {
    context.progress({
      done: done.length,
      total: methods.length,
      message: methodName(method),
    });
    try {
      done.push(await draw(source, method, validation, context));
    } catch (error) {
      if (!(error instanceof RpcCancelled) || done.length === 0) throw error;
      return { config: source.config.name, methods: done, notDrawn: methods.slice(done.length) };
    }
  }
  return { config: source.config.name, methods: done };
}
