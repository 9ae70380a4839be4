/**
 * The network that SynFlow scores, computed place by place: absolute weights, ones at the input, pictures that see around
 * their edges, and the rest as at initialisation. Slow and plain, as a twin of the flow that follows channels alone.
 */
import type { ConvLayer, Layer, LinearLayer, Network } from '../../../../src/core/network';

/** Values of each place, (height x width, channels); tokens are places in a row. */
interface Map2d {
  height: number;
  width: number;
  at: number[][];
}

export type Weights = ReadonlyMap<string, Float32Array>;

const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const indices = (length: number): number[] => Array.from({ length }, (_, i) => i);

const times = (weight: Float32Array, rows: readonly number[], x: readonly number[]): number[] =>
  rows.map((row) => total(x.map((value, c) => Math.abs(weight[row * x.length + c]) * value)));

function linear(layer: LinearLayer, weights: Weights, x: Map2d, rows = indices(layer.out)): Map2d {
  const weight = weights.get(layer.name)!;
  if (x.at[0].length === layer.in) return { ...x, at: x.at.map((values) => times(weight, rows, values)) };
  // A picture as its values, channel by channel.
  const flat = indices(x.at[0].length).flatMap((c) => x.at.map((values) => values[c]));
  return { height: 1, width: 1, at: [times(weight, rows, flat)] };
}

function conv({ name, in: inputs, out, kernel, stride, groups }: ConvLayer, weights: Weights, x: Map2d): Map2d {
  const weight = weights.get(name)!;
  const [height, width] = [Math.ceil(x.height / stride), Math.ceil(x.width / stride)];
  const perGroup = inputs / groups;
  const [tall, wide] = kernel;
  const place = (y: number, column: number): number[] =>
    x.at[((y + x.height) % x.height) * x.width + ((column + x.width) % x.width)];
  const at = indices(height * width).map((p) => {
    const [y, column] = [Math.floor(p / width) * stride, (p % width) * stride];
    return indices(out).map((o) => {
      const first = Math.floor(o / (out / groups)) * perGroup;
      let sum = 0;
      for (let i = 0; i < perGroup; i++)
        for (let ky = 0; ky < tall; ky++)
          for (let kx = 0; kx < wide; kx++) {
            const own = Math.abs(weight[((o * perGroup + i) * tall + ky) * wide + kx]);
            sum += own * place(y + ky, column + kx)[first + i];
          }
      return sum;
    });
  });
  return { height, width, at };
}

const meanOf = (places: readonly number[][]): number[] =>
  places[0].map((_, c) => total(places.map((values) => values[c])) / places.length);

function pooled(x: Map2d, size: number, stride: number): Map2d {
  const [height, width] = [x.height, x.width].map((side) => Math.floor((side - size) / stride) + 1);
  const at = indices(height * width).map((p) => {
    const [y, column] = [Math.floor(p / width) * stride, (p % width) * stride];
    return meanOf(indices(size * size).map((k) => x.at[(y + Math.floor(k / size)) * x.width + column + (k % size)]));
  });
  return { height, width, at };
}

function through(layer: Layer, weights: Weights, x: Map2d): Map2d {
  switch (layer.kind) {
    case 'linear':
      return linear(layer, weights, x);
    case 'conv':
      return conv(layer, weights, x);
    case 'again':
      return through(layer.of, weights, x);
    case 'residual': {
      const [branch, shortcut] = [along(layer.branch, weights, x), along(layer.shortcut, weights, x)];
      return { ...branch, at: branch.at.map((values, p) => values.map((value, c) => value + shortcut.at[p][c])) };
    }
    case 'pool':
      return pooled(x, layer.size, layer.stride);
    case 'mean':
      return { height: 1, width: 1, at: [meanOf(x.at)] };
    case 'attention': {
      const { input, output } = layer;
      const values = indices(output.in).map((row) => 2 * output.in + row);
      const seen = linear(input, weights, x, values);
      const average = meanOf(seen.at);
      return linear(output, weights, { ...seen, at: seen.at.map(() => average) });
    }
    case 'squeeze-excite':
      return { ...x, at: x.at.map((values) => values.map((value) => value / 2)) };
    case 'activation':
    case 'norm':
    case 'flatten':
    case 'tokens':
    case 'embedding':
    case 'position':
      return x;
  }
}

const along = (layers: readonly Layer[], weights: Weights, x: Map2d): Map2d =>
  layers.reduce((value, layer) => through(layer, weights, value), x);

/** R, what comes out in all. */
export function linearFlow({ inputs, picture, layers }: Omit<Network, 'classes'>, weights: Weights): number {
  const [channels, height, width] = picture ?? [inputs, 1, 1];
  const first = layers[0];
  const [places, values] = first.kind === 'embedding' ? [inputs, first.width] : [height * width, channels];
  const begin = { height: first.kind === 'embedding' ? 1 : height, width: first.kind === 'embedding' ? inputs : width };
  const ones = indices(places).map(() => new Array<number>(values).fill(1));
  return total(along(layers, weights, { ...begin, at: ones }).at.flat());
}
