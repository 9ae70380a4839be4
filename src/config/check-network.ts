/** Whether the layers of a network fit each other and the data. */
import { tensorShape } from '../core/density/layer-shape';
import { sameFlow, through, valuesIn } from '../core/flow';
import type { Flow, Misfit } from '../core/flow';
import { mostLayers, weightShape } from '../core/network';
import type { ConvLayer, Layer, LinearLayer, MaskableLayer, Network, ResidualLayer } from '../core/network';
import { checkNames } from './check-names';
import type { Finding, PathFinding } from './finding';
import * as errors from './model-errors';
import type { Placed, Stranger, Task } from './model-network';
import { nearest } from './suggest';

/** Weights: 1 GiB of float32 for one matrix, 4 GiB for all. */
export const maxMatrix = 2 ** 28;
export const maxNetwork = 2 ** 30;

/** The layer with the shape of its weight, for a sentence. */
const sized = <L extends MaskableLayer>(layer: L): L & { shape: number[] } => ({
  ...layer,
  shape: tensorShape(weightShape(layer)),
});

/** The nearest of the numbers that fit, the smaller of two; 1 always does. */
function nearestTo(wanted: number, fits: (candidate: number) => boolean): number {
  for (let off = 0; off < wanted; off++) {
    if (fits(wanted - off)) return wanted - off;
    if (fits(wanted + off)) return wanted + off;
  }
  return 1;
}

const dividesChannels = ({ in: inputs, out }: ConvLayer, groups: number): boolean =>
  inputs % groups === 0 && out % groups === 0;

const nearestGroups = (layer: ConvLayer): number => nearestTo(layer.groups, (groups) => dividesChannels(layer, groups));

/** A flow in words, as what comes before a layer gives it. */
const flowText = (flow: Flow): string => {
  if (flow.kind === 'picture') return flow.size.join(' x ');
  return flow.kind === 'tokens' ? `${flow.count} tokens of ${flow.size}` : `${flow.size} values`;
};

interface Place {
  flow: Flow;
  /** Where the flow comes from, for a sentence: the data, or a layer. */
  giver: string;
  fromData: boolean;
  /** Whether that layer is linear. */
  linear?: boolean;
}

/** Follows the values through the layers; after a layer that does not fit goes on with what that says that it gives. */
class FlowCheck {
  readonly found: PathFinding[] = [];

  constructor(
    private readonly paths: ReadonlyMap<Layer, string>,
    private readonly source: string,
    private readonly first: Layer | undefined,
  ) {}

  /** What the layers give, or nothing where that cannot be told: what comes after cannot be judged then. */
  along(layers: readonly Layer[], begin: Place): Place | undefined {
    let here: Place | undefined = begin;
    for (const layer of layers) {
      here = layer.kind === 'residual' ? this.residual(layer, here) : this.single(layer, here);
      if (!here) return undefined;
    }
    return here;
  }

  private say(layer: Layer, finding: Finding, key = ''): void {
    const path = this.paths.get(layer) ?? '';
    this.found.push({ ...finding, path: path === 'model.preset' || key === '' ? path : `${path}.${key}` });
  }

  private residual(layer: ResidualLayer, here: Place): Place | undefined {
    const branch = this.along(layer.branch, here);
    const shortcut = this.along(layer.shortcut, here);
    if (!branch || !shortcut) return undefined;
    if (sameFlow(branch.flow, shortcut.flow)) return branch;
    this.say(
      layer,
      errors.sidesDiffer([flowText(branch.flow), branch.giver], [flowText(shortcut.flow), shortcut.giver]),
    );
    return undefined;
  }

  private single(layer: Exclude<Layer, ResidualLayer>, here: Place): Place | undefined {
    const { after, misfit } = through(layer, here.flow);
    if (layer.kind === 'embedding' && layer !== this.first) {
      this.say(layer, errors.embeddingNotFirst(layer.name));
      return undefined;
    }
    if (misfit && layer.kind === 'again')
      this.say(
        layer,
        errors.againDoesNotFit(layer.of.name, takenBy(layer.of), flowText(here.flow), here.giver),
        'again',
      );
    else if (misfit) this.misfit(layer, misfit, here);
    if (layer.kind === 'linear' && layer.out % (layer.stack ?? 1) !== 0) this.stack(layer, layer.stack ?? 1);
    if (!after) return undefined;
    return layer.kind === 'activation' || layer.kind === 'norm'
      ? { ...here, flow: after }
      : this.placeAfter(layer, after);
  }

  private placeAfter(layer: Layer, flow: Flow): Place {
    const giver = layer.kind === 'linear' ? `${layer.name} (${layer.out} x ${layer.in})` : nameOf(layer);
    return { flow, giver, fromData: false, linear: (layer.kind === 'again' ? layer.of : layer).kind === 'linear' };
  }

  private stack(layer: LinearLayer, stack: number): void {
    const possible = nearestTo(stack, (candidate) => layer.out % candidate === 0);
    this.say(layer, errors.stackDoesNotDivide(layer, stack, possible), 'linear.stack');
  }

  /** What comes, as a clause: `conv1 gives 16 (16 x 28 x 28)`. */
  private comes({ flow, giver, fromData }: Place, given: number): string {
    const shape = flow.kind === 'picture' && !(fromData && given === valuesIn(flow)) ? ` (${flowText(flow)})` : '';
    return `${giver} ${fromData && shape === '' ? 'has' : 'gives'} ${given}${shape}`;
  }

  private misfit(layer: Exclude<Layer, ResidualLayer>, misfit: Misfit, here: Place): void {
    const { giver, flow } = here;
    switch (misfit.why) {
      case 'kind':
        if (layer.kind === 'conv' && here.linear) this.say(layer, errors.convAfterLinear(sized(layer), giver));
        else
          this.say(layer, errors.wrongInput(nameOf(layer), misfit.takes, `${giver} before it gives ${flowText(flow)}`));
        return;
      case 'size': {
        const comes = this.comes(here, misfit.given);
        if (layer.kind === 'linear' || layer.kind === 'conv')
          this.say(layer, errors.shapeMismatch(sized(layer), comes, misfit.given), `${layer.kind}.in`);
        else {
          const [key, word] = sizeKey(layer);
          this.say(layer, errors.sizeMismatch(nameOf(layer), word, misfit.said, comes, misfit.given), key);
        }
        return;
      }
      case 'tokens':
        this.say(
          layer,
          errors.sizeMismatch(nameOf(layer), 'tokens', misfit.said, `${giver} gives ${flowText(flow)}`, misfit.given),
          'position.tokens',
        );
        return;
      case 'groups':
        if (layer.kind === 'conv')
          this.say(layer, errors.groupsDoNotDivide(layer, nearestGroups(layer)), 'conv.groups');
        return;
      case 'heads':
        if (layer.kind === 'attention') {
          const size = layer.input.in;
          const possible = nearestTo(layer.heads, (heads) => size % heads === 0);
          this.say(layer, errors.headsDoNotDivide(nameOf(layer), layer.heads, size, possible), 'attention.heads');
        }
        return;
      case 'kernel': {
        const sides = flow.kind === 'picture' ? flow.size.slice(1) : [];
        if (layer.kind === 'conv') this.say(layer, errors.kernelTooLarge(sized(layer), giver, sides), 'conv.kernel');
        else this.say(layer, errors.windowTooLarge(giver, sides), 'pool.size');
      }
    }
  }

  /** That the last layer gives as many values as there are classes. */
  last({ layers, classes }: Network, { flow }: Place): void {
    if (flow.kind === 'values' && flow.size === classes) return;
    const layer = layers.findLast(({ kind }) => kind !== 'activation') ?? layers[0];
    if (layer.kind === 'conv') this.say(layer, errors.lastNotLinear(sized(layer), classes));
    else if (layer.kind === 'linear' && flow.kind === 'values')
      this.say(layer, errors.classesMismatch(sized(layer), classes, this.source), 'linear.out');
    else this.say(layer, errors.endsWithout(flowText(flow), classes, flow.kind !== 'values'));
  }
}

/** What a layer takes, in words. */
const takenBy = (layer: MaskableLayer): string => `${layer.in} ${layer.kind === 'conv' ? 'channels' : 'values'}`;

/** A layer in words. */
const nameOf = (layer: Layer): string => {
  if (layer.kind === 'again') return `\`again: ${layer.of.name}\``;
  if ('name' in layer) return layer.name;
  if (layer.kind === 'attention') return layer.input.name.replace(/-input$/, '');
  if (layer.kind === 'squeeze-excite') return layer.reduce.name.replace(/-reduce$/, '');
  return ['mean', 'flatten', 'tokens'].includes(layer.kind) ? `\`reshape: ${layer.kind}\`` : `\`${layer.kind}\``;
};

/** The key that says a layer's size, and the word for it. */
const sizeKey = (layer: Layer): [key: string, word: string] => {
  if (layer.kind === 'norm') return [`${layer.over === 'batch' ? 'batchNorm' : 'layerNorm'}.size`, 'size'];
  if (layer.kind === 'squeeze-excite') return ['squeezeExcite.channels', 'channels'];
  return [`${layer.kind}.size`, 'size'];
};

function checkSizes(placed: readonly Placed[]): PathFinding[] {
  let total = 0;
  for (const { layer, path } of placed) {
    const shape = weightShape(layer);
    const weights = shape.rows * shape.columns;
    if (weights > maxMatrix) return [{ ...errors.layerTooLarge(shape, maxMatrix), path }];
    total += weights;
  }
  const path = placed[0].path === 'model.preset' ? 'model.preset' : 'model.layers';
  if (placed.length > mostLayers) return [{ ...errors.tooManyLayers(placed.length, mostLayers), path }];
  return total > maxNetwork ? [{ ...errors.networkTooLarge(total, maxNetwork), path }] : [];
}

/** Numbers that are looked up in a table have to be whole. */
export function checkWhole(
  { layers: [first] }: Network,
  paths: ReadonlyMap<Layer, string>,
  { whole }: Task,
  source: string,
): PathFinding[] {
  if (first.kind !== 'embedding' || whole) return [];
  return [{ ...errors.embeddingNeedsWholeNumbers(first.name, source), path: paths.get(first) ?? 'model.layers' }];
}

/** Why the layers are no network for this data; nothing when they are. */
export function checkNetwork(
  network: Network,
  places: { placed: readonly Placed[]; paths: ReadonlyMap<Layer, string>; strangers: readonly Stranger[] },
  source: string,
): PathFinding[] {
  const { placed, paths, strangers } = places;
  if (strangers.length > 0)
    return strangers.map(({ name, path, known }) => ({
      ...errors.againOfNone(name, known, nearest(name, known)),
      path,
    }));
  if (placed.length === 0) return [{ ...errors.noLinearLayer(), path: 'model.layers' }];
  const check = new FlowCheck(paths, source, network.layers.at(0));
  const { inputs, picture } = network;
  const flow: Flow = picture ? { kind: 'picture', size: picture } : { kind: 'values', size: inputs };
  const end = check.along(network.layers, { flow, giver: source, fromData: true });
  if (end) check.last(network, end);
  // The layers of a preset are nobody's to change: what does not fit is the picture.
  const preset = placed[0].path === 'model.preset' && check.found.length > 0;
  const found = preset ? [{ ...errors.presetDoesNotFit(flowText(flow)), path: 'model.preset' }] : check.found;
  return [...checkNames(network.layers, paths), ...found, ...checkSizes(placed)];
}
