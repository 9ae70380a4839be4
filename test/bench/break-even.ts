/** Kept weights alone beside all with zeros for pruned ones, at the densities up to which layers compute with the former. */
import { breakEven } from '../../src/core/kernels/break-even';
import { placeArguments } from '../../src/core/kernels/correlate';
import { RentedRoom } from '../../src/core/kernels/room';
import { frameLength, geometryOf, placesOf } from '../../src/core/kernels/taps';
import type { Pass } from '../../src/core/kernels/taps';
import { Mask } from '../../src/core/mask';
import { weightShape } from '../../src/core/network';
import type { MaskableLayer } from '../../src/core/network';
import { Rng } from '../../src/core/rng';
import { loadKernels } from '../../src/engine/kernels/load';
import { ComputeContext } from '../../src/engine/sparse/parameter';
import { DenseProduct, SparseProduct } from '../../src/engine/sparse/products';
import type { Product } from '../../src/engine/sparse/products';
import { compare, timed } from './row';
import type { BenchRow } from './row';

type Shape = [what: string, layer: MaskableLayer, picture: [height: number, width: number], batch: number];

const linear = (inputs: number, outputs: number): MaskableLayer => ({
  ...({ kind: 'linear', name: 'fc' } as const),
  ...{ in: inputs, out: outputs },
});
const conv = (channels: number, size: number, stride = 1, groups = 1): MaskableLayer => ({
  ...({ kind: 'conv', name: 'conv', kernel: [size, size], padding: 'zero' } as const),
  ...{ in: channels, out: channels, stride, groups },
});

const shapes: Shape[] = [
  ['linear 784 x 512, batch 128', linear(784, 512), [1, 1], 128],
  ['linear 512 x 512, batch 16', linear(512, 512), [1, 1], 16],
  ['linear 64 x 256, 64 tokens, batch 8', linear(64, 256), [1, 64], 8],
  ['conv 16 -> 16, 3 x 3, 32 x 32, batch 8', conv(16, 3), [32, 32], 8],
  ['conv 64 -> 64, 3 x 3, 8 x 8, batch 32', conv(64, 3), [8, 8], 32],
  ['conv 32 -> 32, 3 x 3, stride 2, 16 x 16, batch 16', conv(32, 3, 2), [16, 16], 16],
  ['conv 64 -> 64, 1 x 1, 8 x 8, batch 32', conv(64, 1), [1, 64], 32],
  ['conv 64 -> 64, 3 x 3, 8 groups, 8 x 8, batch 32', conv(64, 3, 1, 8), [8, 8], 32],
];

const repeats = 8;

async function rowOf([what, layer, picture, batch]: Shape): Promise<BenchRow> {
  const { kernels: loaded } = loadKernels();
  const kernels = { ...loaded, room: new RentedRoom(loaded.room) };
  const context = new ComputeContext(kernels, { name: 'sgd', momentum: 0, nesterov: false, weightDecay: 0 });
  const rng = Rng.fromSeed(1);
  const drawn = (length: number): Float32Array => {
    const array = kernels.room.float32(length);
    for (let i = 0; i < length; i++) array[i] = rng.uniform() - 0.5;
    return array;
  };
  const density = Math.min(0.7, breakEven(layer));
  const { rows, columns } = weightShape(layer);
  const bytes = Uint8Array.from({ length: rows * columns }, () => (rng.uniform() < density ? 1 : 0));
  const kept = [...bytes.keys()].filter((index) => bytes[index] === 1);
  const indices = kernels.room.int32(kept.length);
  indices.set(kept);
  const geometry = geometryOf(layer, picture);
  const { forward, backward } = geometry;
  const framed = (pass: Pass): Float32Array =>
    drawn(frameLength(pass, batch) || pass.channels * pass.frame.height * pass.frame.width * batch);
  const plain = ({ planes, height, width }: Pass): Float32Array => drawn(planes * height * width * batch);
  const [x, gradientFrame, y, dy, into] = [
    framed(forward),
    framed(backward),
    ...[forward, forward, backward].map(plain),
  ];
  const [weights, gradient] = [drawn(kept.length), drawn(kept.length)];
  const places = [forward, backward].map((pass) => placeArguments(placesOf(pass, batch)));
  const run = (product: Product) => (): number =>
    timed(() => {
      for (let k = 0; k < repeats; k++) {
        product.forward(weights, undefined, x, y, places[0]);
        product.weightGradient(x, dy, gradient, places[0]);
        product.backward(weights, gradientFrame, into, places[1]);
        product.weightsMoved();
      }
    }) / repeats;
  const row = await compare({
    name: `${what}, density ${density}: its products, kept weights alone`,
    own: run(new SparseProduct(context, layer, geometry, Mask.fromBytes(bytes, rows, columns))),
    beside: { name: 'all, with zeros', run: run(new DenseProduct(context, layer, geometry, indices)) },
    runs: 15,
  });
  kernels.room.freeAll();
  return row;
}

export async function benchBreakEven(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const shape of shapes) rows.push(await rowOf(shape));
  return rows;
}
