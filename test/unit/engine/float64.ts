/** Any network in float64 by plain loops: no tensors, no autograd, nothing of the engine. What the executor is compared with. */
import { activationMaths } from '../../../src/core/activations';
import type {
  Activation,
  AttentionLayer,
  ConvLayer,
  Layer,
  Network,
  NormLayer,
  PictureSize,
  PoolLayer,
  ResidualLayer,
  SqueezeExciteLayer,
} from '../../../src/core/network';

type Values = ArrayLike<number>;

/** As PyTorch has them: (out, in), (out, in / groups, kh, kw), (tokens, size), (size). */
export interface Parameters64 {
  weight: Values;
  bias?: Values | undefined;
  running?: { mean: Values; variance: Values } | undefined;
}

export interface Pass64 {
  parameters: ReadonlyMap<string, Parameters64>;
  /** Batch norms take the mean and the variance of the batch, else their running averages. */
  training: boolean;
  /** On which side of each kink the values stand: between two points where this differs no difference is a slope. */
  sides: number[];
}

/** What all examples are: values (n), a picture (channels, height, width) or tokens (count, size), row-major. */
interface Flowing {
  shape: number[];
  examples: number[][];
}

const dot = (count: number, term: (i: number) => number): number => {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += term(i);
  return sum;
};
const table = (count: number, value: (i: number) => number): number[] =>
  Array.from({ length: count }, (_, i) => value(i));
const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const named = ({ parameters }: Pass64, name: string): Parameters64 => parameters.get(name)!;

/** y[r] = b[r] + sum over c of w[r, c] x[c], of each `columns` values in a row. */
function multiplied({ weight, bias }: Parameters64, columns: number, x: readonly number[]): number[] {
  const rows = weight.length / columns;
  return table((x.length / columns) * rows, (at) => {
    const [token, r] = [Math.floor(at / rows), at % rows];
    return dot(columns, (c) => weight[r * columns + c] * x[token * columns + c]) + (bias ? bias[r] : 0);
  });
}

/** Where tap t of the window at `place` looks along a side; -1: at nothing. */
function looked(place: number, tap: number, side: number, { kernel, stride, padding }: ConvLayer, axis: 0 | 1): number {
  const at = place * stride + tap - (padding === 'none' ? 0 : (kernel[axis] - 1) >> 1);
  if (padding === 'circular') return ((at % side) + side) % side;
  return at >= 0 && at < side ? at : -1;
}

/** Zero and circular padding add kernel - 1 places in all. */
const placesAlong = (side: number, length: number, stride: number, padded: boolean): number =>
  Math.floor((side - (padded ? 1 : length)) / stride) + 1;

/** y[o, r, c] = b[o] + sum of w[o, i, a, b] x[group of o: i, r stride + a - top, c stride + b - left]. */
function convolved(
  layer: ConvLayer,
  { weight, bias }: Parameters64,
  [, height, width]: PictureSize,
  x: readonly number[],
): number[] {
  const [kh, kw] = layer.kernel;
  const each = layer.in / layer.groups;
  const padded = layer.padding !== 'none';
  const rows = placesAlong(height, kh, layer.stride, padded);
  const columns = placesAlong(width, kw, layer.stride, padded);
  return table(layer.out * rows * columns, (at) => {
    const [o, r, c] = [Math.floor(at / (rows * columns)), Math.floor(at / columns) % rows, at % columns];
    const group = Math.floor(o / (layer.out / layer.groups));
    let sum = bias ? bias[o] : 0;
    for (let i = 0; i < each; i++)
      for (let a = 0; a < kh; a++)
        for (let b = 0; b < kw; b++) {
          const [row, column] = [looked(r, a, height, layer, 0), looked(c, b, width, layer, 1)];
          if (row < 0 || column < 0) continue;
          sum += weight[((o * each + i) * kh + a) * kw + b] * x[((group * each + i) * height + row) * width + column];
        }
    return sum;
  });
}

function pooled({ of, size, stride }: PoolLayer, { shape, examples }: Flowing, pass: Pass64): Flowing {
  const [channels, height, width] = shape;
  const [rows, columns] = [height, width].map((side) => placesAlong(side, size, stride, false));
  const windowAt = (x: readonly number[], at: number): number[] => {
    const [channel, r, c] = [Math.floor(at / (rows * columns)), Math.floor(at / columns) % rows, at % columns];
    return table(size * size, (t) => {
      const [row, column] = [r * stride + Math.floor(t / size), c * stride + (t % size)];
      return x[(channel * height + row) * width + column];
    });
  };
  const join = (window: number[]): number => {
    if (of === 'average') return dot(window.length, (t) => window[t]) / window.length;
    const most = Math.max(...window);
    pass.sides.push(window.indexOf(most));
    return most;
  };
  return {
    shape: [channels, rows, columns],
    examples: examples.map((x) => table(channels * rows * columns, (at) => join(windowAt(x, at)))),
  };
}

/** (x - mean) / sqrt(variance + epsilon), scaled and shifted; batch norm: over examples and places, layer norm: a row. */
function normalised(layer: NormLayer, { shape, examples }: Flowing, pass: Pass64): Flowing {
  const { weight, bias, running } = named(pass, layer.name);
  const { size } = layer;
  const picture = shape.length === 3;
  const places = sizeOf(shape) / size;
  // Which channel or value a number belongs to.
  const unitOf = (i: number): number => (picture ? Math.floor(i / places) : i % size);
  // What it is normalised with.
  const groupOf = (e: number, i: number): number =>
    layer.over === 'batch' ? unitOf(i) : e * places + Math.floor(i / size);
  const groups = new Map<number, number[]>();
  examples.forEach((x, e) =>
    x.forEach((value, i) => groups.set(groupOf(e, i), [...(groups.get(groupOf(e, i)) ?? []), value])),
  );
  const moments = new Map(
    [...groups].map(([group, values]) => {
      if (layer.over === 'batch' && !pass.training)
        return [group, { mean: running!.mean[group], variance: running!.variance[group] }];
      const mean = dot(values.length, (i) => values[i]) / values.length;
      return [group, { mean, variance: dot(values.length, (i) => (values[i] - mean) ** 2) / values.length }];
    }),
  );
  return {
    shape,
    examples: examples.map((x, e) =>
      x.map((value, i) => {
        const { mean, variance } = moments.get(groupOf(e, i))!;
        return ((value - mean) / Math.sqrt(variance + 1e-5)) * weight[unitOf(i)] + bias![unitOf(i)];
      }),
    ),
  };
}

const softmax = (logits: readonly number[]): number[] => {
  const most = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - most));
  const total = dot(powers.length, (i) => powers[i]);
  return powers.map((power) => power / total);
};

/** Of each head: softmax(q kT / sqrt(size of a head)) v; then the output layer. */
function attended({ heads, input, output }: AttentionLayer, { shape, examples }: Flowing, pass: Pass64): Flowing {
  const [tokens, size] = shape;
  const each = size / heads;
  const one = (x: readonly number[]): number[] => {
    const made = multiplied(named(pass, input.name), size, x);
    const part = (which: 0 | 1 | 2, token: number, i: number): number => made[token * 3 * size + which * size + i];
    const gathered = table(tokens * size, () => 0);
    for (let head = 0; head < heads; head++)
      for (let token = 0; token < tokens; token++) {
        const first = head * each;
        const attention = softmax(
          table(
            tokens,
            (other) => dot(each, (i) => part(0, token, first + i) * part(1, other, first + i)) / Math.sqrt(each),
          ),
        );
        for (let i = first; i < first + each; i++)
          gathered[token * size + i] = dot(tokens, (other) => attention[other] * part(2, other, i));
      }
    return multiplied(named(pass, output.name), size, gathered);
  };
  return { shape, examples: examples.map(one) };
}

function excited({ reduce, expand }: SqueezeExciteLayer, { shape, examples }: Flowing, pass: Pass64): Flowing {
  const places = shape[1] * shape[2];
  const one = (x: readonly number[]): number[] => {
    const means = table(shape[0], (channel) => dot(places, (p) => x[channel * places + p]) / places);
    const inner = multiplied(named(pass, reduce.name), reduce.in, means).map((value) => value * sigmoid(value));
    const shares = multiplied(named(pass, expand.name), expand.in, inner).map(sigmoid);
    return x.map((value, i) => value * shares[Math.floor(i / places)]);
  };
  return { shape, examples: examples.map(one) };
}

function summed({ branch, shortcut }: ResidualLayer, x: Flowing, pass: Pass64): Flowing {
  const [a, b] = [along(branch, x, pass), along(shortcut, x, pass)];
  return {
    shape: a.shape,
    examples: a.examples.map((values, e) => values.map((value, i) => value + b.examples[e][i])),
  };
}

const kinks: Partial<Record<Activation, (x: number) => number>> = {
  relu: Math.sign,
  'leaky-relu': Math.sign,
  // Its slope jumps at 0.
  selu: Math.sign,
  'hard-tanh': (x) => Number(x > 1) - Number(x < -1),
};

function through(layer: Layer, x: Flowing, pass: Pass64): Flowing {
  const { shape, examples } = x;
  switch (layer.kind) {
    case 'linear':
      return {
        shape: shape.length === 2 ? [shape[0], layer.out] : [layer.out],
        examples: examples.map((values) => multiplied(named(pass, layer.name), layer.in, values)),
      };
    case 'conv': {
      const picture: PictureSize = [shape[0], shape[1], shape[2]];
      const padded = layer.padding !== 'none';
      const sides = layer.kernel.map((length, axis) => placesAlong(shape[axis + 1], length, layer.stride, padded));
      return {
        shape: [layer.out, ...sides],
        examples: examples.map((values) => convolved(layer, named(pass, layer.name), picture, values)),
      };
    }
    case 'again':
      return through(layer.of, x, pass);
    case 'activation': {
      const kink = kinks[layer.fn];
      if (kink) for (const values of examples) for (const value of values) pass.sides.push(kink(value));
      return {
        shape,
        examples: examples.map((values) => values.map((value) => activationMaths[layer.fn].value(value))),
      };
    }
    case 'norm':
      return normalised(layer, x, pass);
    case 'pool':
      return pooled(layer, x, pass);
    case 'mean': {
      const picture = shape.length === 3;
      const size = picture ? shape[0] : shape[1];
      const count = sizeOf(shape) / size;
      const at = (i: number, k: number): number => (picture ? i * count + k : k * size + i);
      return {
        shape: [size],
        examples: examples.map((values) => table(size, (i) => dot(count, (k) => values[at(i, k)]) / count)),
      };
    }
    case 'flatten':
      return { shape: [sizeOf(shape)], examples };
    case 'tokens': {
      const places = shape[1] * shape[2];
      const turned = (values: readonly number[]): number[] =>
        table(values.length, (at) => values[(at % shape[0]) * places + Math.floor(at / shape[0])]);
      return { shape: [places, shape[0]], examples: examples.map(turned) };
    }
    case 'embedding': {
      const { weight } = named(pass, layer.name);
      const { width } = layer;
      const rows = (values: readonly number[]): number[] =>
        table(values.length * width, (at) => weight[values[Math.floor(at / width)] * width + (at % width)]);
      return { shape: [shape[0], width], examples: examples.map(rows) };
    }
    case 'position': {
      const { weight } = named(pass, layer.name);
      return { shape, examples: examples.map((values) => values.map((value, i) => value + weight[i])) };
    }
    case 'attention':
      return attended(layer, x, pass);
    case 'squeeze-excite':
      return excited(layer, x, pass);
    case 'residual':
      return summed(layer, x, pass);
  }
}

const along = (layers: readonly Layer[], x: Flowing, pass: Pass64): Flowing =>
  layers.reduce((values, layer) => through(layer, values, pass), x);

/** The logits of each example. x: (size, inputs); `shape`: of one, where that is neither values nor the picture. */
export function logits64(
  { inputs, picture, layers }: Network,
  x: Values,
  pass: Pass64,
  shape: readonly number[] = picture ?? [inputs],
): number[][] {
  const examples = table(x.length / inputs, (e) => e).map((e) => table(inputs, (i) => x[e * inputs + i]));
  return along(layers, { shape: [...shape], examples }, pass).examples;
}

/** Mean cross-entropy of softmax(logits / temperature). */
export const loss64 = (logits: readonly number[][], labels: Values, temperature = 1): number =>
  dot(logits.length, (e) => {
    const cooled = logits[e].map((value) => value / temperature);
    const most = Math.max(...cooled);
    return most + Math.log(dot(cooled.length, (k) => Math.exp(cooled[k] - most))) - cooled[labels[e]];
  }) / logits.length;
