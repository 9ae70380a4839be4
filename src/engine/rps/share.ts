/** From dense to shared: the memory nearest to the weights of a file, by weighted least squares. */
import { basename } from 'node:path';
import { tensorShape } from '../../core/density/layer-shape';
import { isSparseError } from '../../core/errors';
import type { Parts } from '../../core/parts';
import { projectInParts, recoverInParts } from '../../core/rps/recover';
import { writeSafetensors } from '../../formats/safetensors';
import type { SafetensorsFile } from '../../formats/safetensors';
import { withSharedWeights } from '../../formats/shared-weights';
import { openUnchanged } from '../../formats/unchanged';
import type { SharedFile } from '../../protocol/sharing';
import type { CallContext } from '../../protocol/rpc';
import { inTurns } from '../../runs/turns';
import { fileDoesNotFit, mismatchOf, nothingToShare, weightsNotFinite } from '../errors';
import type { Source } from '../initial-network';
import { initTensors, readStates, stateMetadata } from '../state-files';
import type { NetworkState } from '../states';
import { turnsOf } from '../turns';
import { ruleOf } from './rule';
import type { SharingRule } from './rule';

const notFinite = (values: Float32Array): number => values.findIndex((value) => !Number.isFinite(value));

/** Nothing that is not a number goes into a file that is to be trained or run. */
function checkFinite(path: string, { layers, others }: NetworkState): void {
  for (const own of [...layers, ...others]) {
    const { name, weight, bias } = own;
    const running = 'running' in own ? own.running : undefined;
    const parts = { weight, bias, running_mean: running?.mean, running_var: running?.variance };
    for (const [part, values] of Object.entries(parts)) {
      const bad = values ? notFinite(values) : -1;
      if (values && bad >= 0) throw weightsNotFinite(path, `layers.${name}.${part}`, bad, values[bad]);
    }
  }
}

/**
 * How much of the weights the memory does not hold, of each layer: |W - R psi| / |W|; 0 of weights that are all zero.
 */
function* misses(
  { sharing, scales }: SharingRule,
  weights: readonly Float32Array[],
  memory: Float32Array,
): Parts<{ difference: number; norm: number }[]> {
  const found: { difference: number; norm: number }[] = [];
  for (const [l, own] of weights.entries()) {
    const out = new Float32Array(own.length);
    yield* recoverInParts(sharing, scales, memory, l, out);
    let [difference, norm] = [0, 0];
    for (let i = 0; i < own.length; i++) {
      difference += (own[i] - out[i]) ** 2;
      norm += own[i] * own[i];
    }
    found.push({ difference, norm });
  }
  return found;
}

const share = (difference: number, norm: number): number => (norm === 0 ? 0 : Math.sqrt(difference / norm));

async function readDense(file: SafetensorsFile, path: string, { plan, configPath }: Source): Promise<NetworkState> {
  try {
    return await readStates(file, path, { ...plan, unmasked: true }, []);
  } catch (error) {
    const what = isSparseError(error) ? mismatchOf(error) : undefined;
    throw what === undefined ? error : fileDoesNotFit(path, configPath, what);
  }
}

/**
 * Writes the file with the weights of the config's shared layers put into a memory, all else as it is: what `recover`
 * gives back is nearest to them, and at compression 1 by a fold they are the same.
 * @throws SparseError `engine.nothing-to-share`, `engine.file-does-not-fit`, `engine.weights-not-finite`, `rps.*`,
 * `safetensors.*`, `file.*`; RpcCancelled
 */
export async function shareWeights(
  source: Source,
  path: string,
  output: string,
  context: CallContext,
): Promise<SharedFile> {
  const { config, plan } = source;
  const rule = ruleOf(source);
  if (!rule) throw nothingToShare(basename(source.configPath));
  const turn = turnsOf(context);
  const file = await openUnchanged(path).then(withSharedWeights);
  try {
    const state = await readDense(file, path, source);
    checkFinite(path, state);
    const { sharing, scales } = rule;
    const byName = new Map([...state.layers, ...state.others].map((own) => [own.name, own.weight]));
    const weights = sharing.layers.map(({ name }) => byName.get(name)!);
    const memory = await inTurns(projectInParts(sharing, scales, weights), turn);
    const missed = await inTurns(misses(rule, weights, memory), turn);
    const shared = new Set(sharing.layers.map(({ name }) => name));
    const none = { weight: new Float32Array(), mask: new Uint8Array() };
    const given: NetworkState = {
      layers: state.layers.map((own) => (shared.has(own.name) ? { ...own, ...none } : own)),
      others: state.others.map((own) => (shared.has(own.name) ? { ...own, weight: none.weight } : own)),
      shared: { memory, slots: [] },
    };
    const step = Number(file.metadata['step'] ?? 0);
    const metadata = stateMetadata(config, plan, Number.isSafeInteger(step) ? step : 0, rule);
    await writeSafetensors(output, initTensors(given), metadata);
    const [difference, norm] = (['difference', 'norm'] as const).map((key) =>
      missed.reduce((sum, layer) => sum + layer[key], 0),
    );
    return {
      n: sharing.n,
      m: sharing.m,
      error: share(difference, norm),
      layers: sharing.layers.map((layer, l) => ({
        name: layer.name,
        shape: tensorShape(layer),
        error: share(missed[l].difference, missed[l].norm),
      })),
    };
  } finally {
    await file.close();
  }
}
