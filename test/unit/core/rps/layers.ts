/** Layers to share, of the presets and small ones of every kind, and mappings of every kind. */
import { maskableLayers, weightShape } from '../../../../src/core/network';
import { presetLayers } from '../../../../src/core/presets';
import type { PresetName } from '../../../../src/core/presets';
import { Rng } from '../../../../src/core/rng';
import { blockSize, locationsOf, signsOf } from '../../../../src/core/rps/mapping';
import type { LayerToShare, Sharing } from '../../../../src/core/rps/sharing';
import type { MappingSpec } from '../../../../src/core/rps/pieces';

/** With the deviations of Kaiming's initialisation. */
export const presetToShare = (name: PresetName, classes = 10): LayerToShare[] =>
  maskableLayers({ layers: presetLayers(name, { picture: [3, 32, 32], classes }, {}) }).map((layer) => {
    const { rows, columns, kernel, groups, name: called } = weightShape(layer);
    const deviation = Math.sqrt(2 / columns);
    return { name: called, rows, columns, ...(kernel && { kernel, groups }), deviation };
  });

/** A convolution, a grouped one, linear ones: 1327 weights, whose deviations differ. */
export const smallLayers: LayerToShare[] = [
  { name: 'conv1', rows: 8, columns: 27, kernel: [3, 3], deviation: 0.27 },
  { name: 'conv2', rows: 8, columns: 18, kernel: [3, 3], groups: 4, deviation: 0.33 },
  { name: 'fc1', rows: 31, columns: 27, deviation: 0.1 },
  { name: 'fc2', rows: 10, columns: 13, deviation: 0.4 },
];

export const specs: MappingSpec[] = [
  { kind: 'random', seed: 3 },
  { kind: 'hashednet', seed: 3 },
  { kind: 'roast', seed: 3, tile: [4, 8] },
  { kind: 'roast', seed: 3, tile: [4, 8], aligned: true },
  { kind: 'robe', seed: 3, chunk: 6 },
  { kind: 'fold', seed: 3 },
];

/** Location and sign of every weight, asked for one by one. */
export const oneByOne = (sharing: Sharing, layer: number): { location: number; sign: number }[] => {
  const [place, sign] = [new Int32Array(1), new Int8Array(1)];
  return Array.from({ length: sharing.layers[layer].weights }, (_, i) => {
    locationsOf(sharing, layer, i, i + 1, place);
    signsOf(sharing, layer, i, i + 1, sign);
    return { location: place[0], sign: sign[0] };
  });
};

/** Locations of a whole layer, block by block as the library does. */
export const locations = (sharing: Sharing, layer: number): Int32Array => {
  const { weights } = sharing.layers[layer];
  const out = new Int32Array(weights);
  for (let from = 0; from < weights; from += blockSize) {
    const to = Math.min(weights, from + blockSize);
    locationsOf(sharing, layer, from, to, out.subarray(from, to));
  }
  return out;
};

/** Sharers of each location, counted weight by weight. */
export const countedLoads = (sharing: Sharing): Uint32Array => {
  const loads = new Uint32Array(sharing.m);
  sharing.layers.forEach((_, l) => locations(sharing, l).forEach((j) => loads[j]++));
  return loads;
};

export const normals = (size: number, seed: number): Float32Array<ArrayBuffer> => {
  const rng = Rng.fromSeed(seed);
  return new Float32Array(size).map(() => rng.normal());
};

export const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
};

/** The largest |a - b| / |b|; of what is 0 itself. */
export const relativeError = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let worst = a.length === b.length ? 0 : Infinity;
  for (let i = 0; i < b.length; i++) {
    const error = Math.abs(a[i] - b[i]) / (b[i] === 0 ? 1 : Math.abs(b[i]));
    if (!(error <= worst)) worst = error;
  }
  return worst;
};
