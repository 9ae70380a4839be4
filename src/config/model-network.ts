/** The network that a config describes, and where in the config each of its layers is written. */
import type { DataFacts } from '../core/data-sets';
import { knownFacts } from '../core/data-sets';
import { everyLayer, isMaskable } from '../core/network';
import type { Layer, LinearLayer, MaskableLayer, Network } from '../core/network';
import { presetLayers } from '../core/presets';
import { itemPath } from './tree';
import type { Config } from './types';

/** A maskable layer, and the path in the config that defines it. */
export interface Placed {
  layer: MaskableLayer;
  path: string;
}

type Entry = NonNullable<Config['model']['layers']>[number];
type Single = Exclude<Entry, { residual: unknown } | { again: unknown }>;

/** A layer that is to come once more and never came. */
export interface Stranger {
  name: string;
  path: string;
  /** Those that could. */
  known: string[];
}

/** What is remembered while a list is read. */
interface Reading {
  /** Where each layer is written, those that others hold too. */
  paths: Map<Layer, string>;
  /** The layers so far that can come again. */
  named: Map<string, MaskableLayer>;
  strangers: Stranger[];
}

const linear = (name: string, inputs: number, out: number, rest: Partial<LinearLayer>): LinearLayer => ({
  kind: 'linear',
  name,
  in: inputs,
  out,
  ...rest,
});

/** What is not as by default. */
const weighted = ({ bias = true, dense }: { bias?: boolean; dense: boolean }): Pick<LinearLayer, 'bias' | 'dense'> => ({
  ...(!bias && { bias: false }),
  ...(dense && { dense: true }),
});

function singleOf(entry: Single): Layer {
  if ('activation' in entry) return { kind: 'activation', fn: entry.activation };
  if ('reshape' in entry) return { kind: entry.reshape };
  if ('pool' in entry) return { kind: 'pool', ...entry.pool, stride: entry.pool.stride ?? entry.pool.size };
  const { name } = entry;
  if ('linear' in entry) {
    const { stack, in: inputs, out } = entry.linear;
    return linear(name, inputs, out, { ...(stack > 1 && { stack }), ...weighted(entry.linear) });
  }
  if ('batchNorm' in entry) return { kind: 'norm', over: 'batch', name, ...entry.batchNorm };
  if ('layerNorm' in entry) return { kind: 'norm', over: 'layer', name, ...entry.layerNorm };
  if ('embedding' in entry) return { kind: 'embedding', name, ...entry.embedding };
  if ('position' in entry) return { kind: 'position', name, ...entry.position };
  if ('attention' in entry) {
    const { size, heads } = entry.attention;
    const own = weighted(entry.attention);
    const input = linear(`${name}-input`, size, 3 * size, { stack: 3, ...own });
    return { kind: 'attention', heads, input, output: linear(`${name}-output`, size, size, own) };
  }
  if ('squeezeExcite' in entry) {
    const { channels, reduced } = entry.squeezeExcite;
    const own = weighted(entry.squeezeExcite);
    const reduce = linear(`${name}-reduce`, channels, reduced, own);
    return { kind: 'squeeze-excite', reduce, expand: linear(`${name}-expand`, reduced, channels, own) };
  }
  const { kernel, bias, dense, ...shape } = entry.conv;
  const sides = typeof kernel === 'number' ? ([kernel, kernel] as const) : kernel;
  return { kind: 'conv', name, ...shape, kernel: sides, ...weighted({ bias, dense }) };
}

/** Nothing where it is a layer again that there is not. */
function layerOf(entry: Entry, at: string, reading: Reading): Layer | undefined {
  if ('residual' in entry) {
    const branch = listOf(entry.residual, `${at}.residual`, reading);
    return { kind: 'residual', branch, shortcut: listOf(entry.shortcut, `${at}.shortcut`, reading) };
  }
  if (!('again' in entry)) return singleOf(entry);
  const { named, strangers } = reading;
  const of = named.get(entry.again);
  if (of) return { kind: 'again', of };
  strangers.push({ name: entry.again, path: `${at}.again`, known: [...named.keys()] });
  return undefined;
}

function listOf(entries: readonly Entry[], path: string, reading: Reading): Layer[] {
  const { paths, named } = reading;
  return entries.flatMap((entry, index) => {
    const at = itemPath(path, index);
    const layer = layerOf(entry, at, reading);
    if (!layer) return [];
    if (layer.kind === 'residual') paths.set(layer, at);
    else for (const own of everyLayer([layer])) paths.set(own, at);
    if (isMaskable(layer)) named.set(layer.name, layer);
    return [layer];
  });
}

/** What of the data decides the shapes of the layers. */
export type Task = Pick<DataFacts, 'inputs' | 'picture' | 'classes' | 'whole'>;

/** The network, its maskable layers with their paths, and the path of every layer. */
export function networkOf(
  { model }: Pick<Config, 'model'>,
  { inputs, picture, classes }: Task,
): { network: Network; placed: Placed[]; paths: Map<Layer, string>; strangers: Stranger[] } {
  const reading: Reading = { paths: new Map(), named: new Map(), strangers: [] };
  const { paths, strangers } = reading;
  const preset = (): Layer[] =>
    presetLayers(model.preset ?? 'mlp-7', { picture: picture ?? [inputs, 1, 1], classes }, model);
  const layers = model.layers ? listOf(model.layers, 'model.layers', reading) : preset();
  if (!model.layers) for (const layer of everyLayer(layers)) paths.set(layer, 'model.preset');
  const placed = [...everyLayer(layers)]
    .filter(isMaskable)
    .map((layer): Placed => ({ layer, path: paths.get(layer) ?? 'model.layers' }));
  return { network: { inputs, ...(picture && { picture }), classes, layers }, placed, paths, strangers };
}

/** Whether a layer that can be sparse is a convolution, which no data changes. */
export const hasConvolutions = (config: Pick<Config, 'model'>): boolean =>
  networkOf(config, knownFacts('cifar-10')!).placed.some(({ layer }) => layer.kind === 'conv' && !layer.dense);
