/** Layers to test kernels with, and what they compute by the definition, in float64. */
import { outputSize, tapTable } from '../../../../src/core/convolution';
import { weightShape } from '../../../../src/core/network';
import type { ConvLayer, LinearLayer } from '../../../../src/core/network';

const linear = (layer: Pick<LinearLayer, 'in' | 'out'>): LinearLayer => ({ kind: 'linear', name: 'fc', ...layer });
const conv = (layer: Partial<ConvLayer>): ConvLayer => ({
  ...{ kind: 'conv', name: 'conv', in: 3, out: 5, kernel: [3, 3], stride: 1, padding: 'zero', groups: 1 },
  ...layer,
});

export interface Case {
  name: string;
  layer: LinearLayer | ConvLayer;
  picture: [height: number, width: number];
  batch: number;
}

export const cases: Case[] = [
  { name: 'linear', layer: linear({ in: 37, out: 11 }), picture: [1, 1], batch: 45 },
  { name: 'linear on tokens', layer: linear({ in: 13, out: 21 }), picture: [1, 7], batch: 3 },
  { name: '3 x 3', layer: conv({}), picture: [6, 9], batch: 5 },
  { name: 'no padding', layer: conv({ padding: 'none', kernel: [2, 3] }), picture: [5, 4], batch: 8 },
  { name: 'circular, even', layer: conv({ padding: 'circular', kernel: [4, 2] }), picture: [4, 5], batch: 3 },
  {
    name: 'circular, as far as it goes',
    layer: conv({ padding: 'circular', kernel: [5, 5] }),
    picture: [2, 3],
    batch: 2,
  },
  { name: 'groups', layer: conv({ in: 6, out: 4, groups: 2 }), picture: [5, 5], batch: 7 },
  { name: 'depthwise, stride 2', layer: conv({ in: 4, out: 4, groups: 4, stride: 2 }), picture: [7, 6], batch: 1 },
  { name: 'stride 2', layer: conv({ stride: 2 }), picture: [8, 8], batch: 33 },
  {
    name: 'stride 3, circular',
    layer: conv({ stride: 3, padding: 'circular', kernel: [4, 5] }),
    picture: [7, 8],
    batch: 4,
  },
  { name: 'stride 2, 1 x 1', layer: conv({ stride: 2, kernel: [1, 1] }), picture: [5, 4], batch: 6 },
  { name: 'stride 2 without padding', layer: conv({ stride: 2, padding: 'none' }), picture: [6, 7], batch: 9 },
];

interface Definition {
  /** Floats of an input and of an output. */
  lengthIn: number;
  lengthOut: number;
  /** Calls `meet` for each product y[out] += w[weight] x[in]. */
  products(meet: (weight: number, input: number, output: number) => void): void;
}

/** Weights are numbered as in the dense one. */
export function definitionOf({ layer, picture: [height, width], batch }: Case): Definition {
  const looking = layer.kind === 'conv' ? layer : conv({ ...layer, kind: 'conv', kernel: [1, 1], padding: 'none' });
  const [, outHeight, outWidth] = outputSize(looking, [looking.in, height, width]);
  const table = tapTable(looking, [looking.in, height, width]);
  const taps = looking.kernel[0] * looking.kernel[1];
  const { columns } = weightShape(layer);
  const places = outHeight * outWidth;
  const perGroup = columns / taps;
  return {
    lengthIn: looking.in * height * width * batch,
    lengthOut: looking.out * places * batch,
    products(meet) {
      for (let o = 0; o < looking.out; o++)
        for (let k = 0; k < columns; k++) {
          const channel = Math.floor(o / (looking.out / looking.groups)) * perGroup + Math.floor(k / taps);
          for (let p = 0; p < places; p++) {
            const place = table[p * taps + (k % taps)];
            if (place < 0) continue;
            for (let b = 0; b < batch; b++)
              meet(o * columns + k, (channel * height * width + place) * batch + b, (o * places + p) * batch + b);
          }
        }
    },
  };
}
