/**
 * Which kept weights still do something: those on a path of kept weights from an input to an output. The share of them
 * is the effective density: Vysogorets, Kempe, "Connectivity Matters: Neural Network Pruning Through the Lens of
 * Effective Sparsity" (JMLR 2023), section 3. Biases begin no path: what they alone reach is the same for every
 * example.
 *
 * What is followed are values, the channels of pictures and the values of a token; a channel counts as one, whatever
 * the place, so that a tap that sees nothing but padding counts as one that sees something.
 */
import { maskSize } from './errors';
import { channelsIn, everyLayer, maskableLayers, weightShape } from './network';
import type { AttentionLayer, Layer, MaskableLayer, Network, SqueezeExciteLayer } from './network';
import type { Parts } from './parts';

/** 1 for what an input reaches, or, on the way back, for what reaches an output. */
type Units = Uint8Array;

/** What a layer gives of what it was given; and, told what of that is used, what it uses itself. */
interface Passed {
  reached: Units;
  use: (used: Units) => Units;
}

interface Walk {
  masks: ReadonlyMap<string, Uint8Array>;
  /** Kept weights on a path, by layer. */
  alive: Map<string, number>;
  /** Which they are, of layers that stand in the network more than once: one way is enough. */
  seen: ReadonlyMap<string, Uint8Array>;
}

const either = (a: Units, b: Units): Units => a.map((value, i) => value | b[i]);
const both = (a: Units, b: Units): Units => a.map((value, i) => value & b[i]);
const any = (of: Units, length = of.length): Units => new Uint8Array(length).fill(Number(of.includes(1)));

/** Each channel as the values of its places, as a picture is laid out for a linear layer. */
const spread = (channels: Units, length: number): Units =>
  Uint8Array.from({ length }, (_, i) => channels[Math.floor(i / (length / channels.length))]);

/** A channel is used where one of its values is. */
function gathered(values: Units, channels: number): Units {
  const result = new Uint8Array(channels);
  values.forEach((used, i) => (result[Math.floor(i / (values.length / channels))] |= used));
  return result;
}

/** The first input that a row of the weight sees, and by how many of its columns it sees each. */
function wiring(layer: MaskableLayer): { first: (row: number) => number; taps: number } {
  if (layer.kind === 'linear') return { first: () => 0, taps: 1 };
  const { kernel, groups, out } = layer;
  const [outputs, inputs] = [out / groups, layer.in / groups];
  return { first: (row) => Math.floor(row / outputs) * inputs, taps: kernel[0] * kernel[1] };
}

/** By its kept weights. */
function weighted(layer: MaskableLayer, given: Units, walk: Walk): Passed {
  const { rows, columns } = weightShape(layer);
  const mask = walk.masks.get(layer.name)!;
  const { first, taps } = wiring(layer);
  const inputs = given.length === layer.in ? given : spread(given, layer.in);
  const each = (row: number, found: (input: number, at: number) => void): void => {
    const [begin, input] = [row * columns, first(row)];
    for (let column = 0; column < columns; column++) {
      if (mask[begin + column] === 0) continue;
      const of = input + (taps === 1 ? column : Math.floor(column / taps));
      if (inputs[of] === 1) found(of, begin + column);
    }
  };
  const reached = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) each(row, () => (reached[row] = 1));
  const use = (used: Units): Units => {
    const own = new Uint8Array(layer.in);
    const seen = walk.seen.get(layer.name);
    let alive = walk.alive.get(layer.name) ?? 0;
    for (let row = 0; row < rows; row++)
      if (used[row] === 1)
        each(row, (input, at) => {
          own[input] = 1;
          if (seen?.[at] !== 1) alive++;
          if (seen) seen[at] = 1;
        });
    walk.alive.set(layer.name, alive);
    return given.length === layer.in ? own : gathered(own, given.length);
  };
  return { reached, use };
}

/** The sum of what both give. */
function residual(branch: readonly Layer[], shortcut: readonly Layer[], given: Units, walk: Walk): Passed {
  const [one, other] = [along(branch, given, walk), along(shortcut, given, walk)];
  return {
    reached: either(one.reached, other.reached),
    use: (used) => either(one.use(used), other.use(used)),
  };
}

/** Each channel by itself, times what the means of all come to. */
function squeezed({ reduce, expand }: SqueezeExciteLayer, given: Units, walk: Walk): Passed {
  const narrow = weighted(reduce, given, walk);
  const wide = weighted(expand, narrow.reached, walk);
  return { reached: given, use: (used) => either(used, narrow.use(wide.use(both(used, given)))) };
}

/**
 * Values of the heads go on to the output; a query counts where the key that it is multiplied with is reached and its
 * head has a value to look at that is reached and used, and a key likewise.
 */
function attended({ heads, input, output }: AttentionLayer, given: Units, walk: Walk): Passed {
  const stacked = weighted(input, given, walk);
  const size = output.in;
  const [queries, keys, values] = [0, 1, 2].map((part) => stacked.reached.subarray(part * size, (part + 1) * size));
  const out = weighted(output, values, walk);
  const use = (used: Units): Units => {
    const seen = both(out.use(used), values);
    const each = size / heads;
    const looked = Uint8Array.from({ length: size }, (_, i) => {
      const head = Math.floor(i / each) * each;
      return Number(seen.subarray(head, head + each).includes(1));
    });
    return stacked.use(Uint8Array.from([...both(looked, keys), ...both(looked, queries), ...seen]));
  };
  return { reached: out.reached, use };
}

function through(layer: Layer, given: Units, walk: Walk): Passed {
  switch (layer.kind) {
    case 'linear':
    case 'conv':
      return weighted(layer, given, walk);
    case 'again':
      return weighted(layer.of, given, walk);
    case 'residual':
      return residual(layer.branch, layer.shortcut, given, walk);
    case 'squeeze-excite':
      return squeezed(layer, given, walk);
    case 'attention':
      return attended(layer, given, walk);
    case 'norm':
      // The mean and deviation of an example's values carry each of them to all.
      if (layer.over === 'layer') return { reached: any(given), use: (used) => any(used, given.length) };
      return { reached: given, use: (used) => used };
    case 'embedding':
      // Any number may come: every value of a token is reached.
      return { reached: any(given, layer.width), use: (used) => any(used, given.length) };
    case 'activation':
    case 'pool':
    case 'mean':
    case 'flatten':
    case 'tokens':
    case 'position':
      return { reached: given, use: (used) => used };
  }
}

function along(layers: readonly Layer[], given: Units, walk: Walk): Passed {
  const passed: Passed[] = [];
  for (const layer of layers) passed.push(through(layer, passed.at(-1)?.reached ?? given, walk));
  return {
    reached: passed.at(-1)?.reached ?? given,
    use: (used) => passed.reduceRight((so, { use }) => use(so), used),
  };
}

/**
 * How many kept weights of each layer are on a path from an input to an output. `masks`: by layer, 0 or 1 per weight,
 * (rows, columns) row-major, of every layer with a weight to mask, those that stay dense too. A part is one layer of
 * the network, there or back. Throws `mask.size-mismatch`.
 */
export function* effectiveWeights(
  network: Network,
  masks: ReadonlyMap<string, Uint8Array>,
): Parts<Map<string, number>> {
  for (const layer of maskableLayers(network)) {
    const { rows, columns } = weightShape(layer);
    const length = masks.get(layer.name)?.length ?? 0;
    if (length !== rows * columns) throw maskSize(rows, columns, length, rows * columns);
  }
  const again = [...everyLayer(network.layers)].flatMap((layer) => (layer.kind === 'again' ? [layer.of.name] : []));
  const seen = new Map(again.map((name) => [name, new Uint8Array(masks.get(name)!.length)]));
  const walk: Walk = { masks, alive: new Map(), seen };
  const passed: Passed[] = [];
  let units: Units = new Uint8Array(channelsIn(network)).fill(1);
  for (const layer of network.layers) {
    const next = through(layer, units, walk);
    passed.push(next);
    units = next.reached;
    yield;
  }
  let used: Units = new Uint8Array(units.length).fill(1);
  for (const { use } of passed.reverse()) {
    used = use(used);
    yield;
  }
  return walk.alive;
}
