/** The network that a config describes, and whether its layers fit each other and the data. */
import { outputSize } from '../core/convolution';
import { dataSets } from '../core/data-sets';
import { tensorShape } from '../core/density/layer-shape';
import { isMaskable, maskableLayers, weightShape } from '../core/network';
import type { ConvLayer, Layer, LinearLayer, MaskableLayer, Network, PictureSize } from '../core/network';
import type { PathFinding } from './finding';
import * as errors from './model-errors';
import { itemPath } from './tree';
import type { Config } from './types';

/** Weights: 1 GiB of float32 for one matrix, 4 GiB for all. */
export const maxMatrix = 2 ** 28;
export const maxNetwork = 2 ** 30;

const hiddenUnits = 100;
const hiddenLayers = 6;

/** A maskable layer, and the path in the config that defines it. */
export interface Placed {
  layer: MaskableLayer;
  path: string;
}

/** MLP-7 of the experiments of Nowak et al.: inputs-100x6-classes (eoi.md 4.1), for whatever the data has as inputs. */
function mlp7(inputs: number, classes: number, fn: Config['model']['activation']): Layer[] {
  const sizes = [inputs, ...Array.from({ length: hiddenLayers }, () => hiddenUnits), classes];
  return sizes.slice(1).flatMap((out, i): Layer[] => {
    const linear: Layer = { kind: 'linear', name: `fc${i + 1}`, in: sizes[i], out };
    return i === hiddenLayers ? [linear] : [linear, { kind: 'activation', fn }];
  });
}

type Entry = NonNullable<Config['model']['layers']>[number];

function layerOf(entry: Entry): Layer {
  if ('activation' in entry) return { kind: 'activation', fn: entry.activation };
  if ('linear' in entry) {
    const { stack, ...size } = entry.linear;
    return { kind: 'linear', name: entry.name, ...size, ...(stack > 1 && { stack }) };
  }
  const { kernel } = entry.conv;
  const sides = typeof kernel === 'number' ? ([kernel, kernel] as const) : kernel;
  return { kind: 'conv', name: entry.name, ...entry.conv, kernel: sides };
}

/** The network, and where each of its maskable layers is defined. */
export function networkOf({ model, data }: Config): { network: Network; placed: Placed[] } {
  const { inputs, classes, shape: picture } = dataSets[data.source];
  if (!model.layers) {
    const network = { inputs, picture, classes, layers: mlp7(inputs, classes, model.activation) };
    return { network, placed: maskableLayers(network).map((layer) => ({ layer, path: 'model.preset' })) };
  }
  const layers = model.layers.map(layerOf);
  const placed = layers.flatMap((layer, index): Placed[] =>
    isMaskable(layer) ? [{ layer, path: itemPath('model.layers', index) }] : [],
  );
  return { network: { inputs, picture, classes, layers }, placed };
}

/** The layer with the shape of its weight, for a sentence. */
const sized = <L extends MaskableLayer>(layer: L): L & { shape: number[] } => ({
  ...layer,
  shape: tensorShape(weightShape(layer)),
});

const freeName = (name: string, taken: ReadonlySet<string>): string => {
  const [, stem, digits] = /^(.*?)(\d*)$/.exec(name)!;
  for (let n = Number(digits || '1') + 1; ; n++) if (!taken.has(`${stem}${n}`)) return `${stem}${n}`;
};

function checkNames(placed: readonly Placed[]): PathFinding[] {
  const found: PathFinding[] = [];
  const names = new Set(placed.map(({ layer }) => layer.name));
  const seen = new Set<string>();
  for (const { layer, path } of placed) {
    const { name } = layer;
    if (seen.has(name)) {
      const free = freeName(name, names);
      names.add(free);
      found.push({ ...errors.duplicateLayer(name, free), path: `${path}.name` });
    }
    seen.add(name);
  }
  return found;
}

/** What flows from one layer to the next. */
interface Flow {
  /** Values of an example; of a picture channels x height x width. */
  values: number;
  picture: PictureSize | undefined;
  /** Where it comes from, for a sentence. */
  giver: string;
}

const divides = (groups: number, { in: inputs, out }: ConvLayer): boolean =>
  inputs % groups === 0 && out % groups === 0;

function nearestGroups(layer: ConvLayer): number {
  let best = 1;
  for (let groups = 1; groups <= Math.min(layer.in, layer.out); groups++)
    if (divides(groups, layer) && Math.abs(groups - layer.groups) < Math.abs(best - layer.groups)) best = groups;
  return best;
}

/** The nearest divisor of the outputs, the smaller of two. */
function nearestStack({ out }: LinearLayer, stack: number): number {
  for (let off = 0; off < stack; off++) {
    if (out % (stack - off) === 0) return stack - off;
    if (out % (stack + off) === 0) return stack + off;
  }
  return 1;
}

/** A picture by its channels: `16 x 28 x 28`. */
const sizeText = (picture: PictureSize): string => picture.join(' x ');

/** What a convolution gives, or why it cannot be. */
function throughConv(layer: ConvLayer, path: string, before: Flow): Flow | PathFinding {
  const { picture, giver } = before;
  if (!picture) return { ...errors.convAfterLinear(sized(layer), giver), path };
  if (layer.in !== picture[0]) {
    const comes = `${giver} gives ${picture[0]} (${sizeText(picture)})`;
    return { ...errors.shapeMismatch(sized(layer), comes, picture[0]), path: `${path}.conv.in` };
  }
  if (!divides(layer.groups, layer))
    return { ...errors.groupsDoNotDivide(layer, nearestGroups(layer)), path: `${path}.conv.groups` };
  const [, height, width] = picture;
  const size = outputSize(layer, picture);
  if (layer.kernel[0] > height || layer.kernel[1] > width || size[1] < 1 || size[2] < 1)
    return { ...errors.kernelTooLarge(sized(layer), [height, width]), path: `${path}.conv.kernel` };
  return { values: size[0] * size[1] * size[2], picture: size, giver: layer.name };
}

/** Follows the values through the layers; after the first that does not fit a layer is held against what its own `in` says. */
function checkFlow({ inputs, picture, classes }: Network, placed: readonly Placed[], source: string): PathFinding[] {
  const found: PathFinding[] = [];
  let flow: Flow = { values: inputs, picture, giver: source };
  for (const { layer, path } of placed) {
    if (layer.kind === 'conv') {
      const next = throughConv(layer, path, flow);
      // What comes after cannot be judged without the picture.
      if ('code' in next) return [...found, next];
      flow = next;
      continue;
    }
    if (layer.in !== flow.values) {
      const size = flow.picture && flow.giver !== source ? ` (${sizeText(flow.picture)})` : '';
      const comes = `${flow.giver} ${flow.giver === source ? 'has' : 'gives'} ${flow.values}${size}`;
      found.push({ ...errors.shapeMismatch(sized(layer), comes, flow.values), path: `${path}.linear.in` });
    }
    const { stack = 1 } = layer;
    if (layer.out % stack !== 0)
      found.push({
        ...errors.stackDoesNotDivide(layer, stack, nearestStack(layer, stack)),
        path: `${path}.linear.stack`,
      });
    flow = { values: layer.out, picture: undefined, giver: `${layer.name} (${layer.out} x ${layer.in})` };
  }
  const last = placed.at(-1);
  if (!last) return found;
  const { layer, path } = last;
  if (layer.kind === 'conv') found.push({ ...errors.lastNotLinear(sized(layer), classes), path });
  else if (layer.out !== classes)
    found.push({ ...errors.classesMismatch(sized(layer), classes, source), path: `${path}.linear.out` });
  return found;
}

function checkSizes(placed: readonly Placed[]): PathFinding[] {
  let total = 0;
  for (const { layer, path } of placed) {
    const shape = weightShape(layer);
    const weights = shape.rows * shape.columns;
    if (weights > maxMatrix) return [{ ...errors.layerTooLarge(shape, maxMatrix), path }];
    total += weights;
  }
  return total > maxNetwork ? [{ ...errors.networkTooLarge(total, maxNetwork), path: 'model.layers' }] : [];
}

/** Why the layers are no network for this data; nothing when they are. */
export function checkNetwork(network: Network, placed: readonly Placed[], source: string): PathFinding[] {
  if (placed.length === 0) return [{ ...errors.noLinearLayer(), path: 'model.layers' }];
  return [...checkNames(placed), ...checkFlow(network, placed, source), ...checkSizes(placed)];
}
