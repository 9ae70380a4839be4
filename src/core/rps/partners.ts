/** With whom weights share: for pictures of a layer in which each weight is coloured by it. */
import type { TileRange } from '../mask';
import type { Parts } from '../parts';
import { binOf } from './audit';
import { blocksPerPart } from './location-counts';
import { blockSize, blocksOf, locationsOf } from './mapping';
import type { Sharing } from './sharing';

/**
 * counts[layer * bins + bin]: weights of each layer in each of `bins` equal parts of the locations `from` to `to`
 * (exclusive). Location j lies in part floor(bins (j - from) / (to - from)).
 */
export function* ownersWithinInParts(
  sharing: Sharing,
  { from, to, bins }: { from: number; to: number; bins: number },
): Parts<Uint32Array> {
  const { layers, parts } = sharing;
  const counts = new Uint32Array(layers.length * bins);
  const places = new Int32Array(blockSize);
  const length = to - from;
  for (let l = 0; l < layers.length; l++) {
    const part = parts[l];
    if (part.start >= to || part.start + part.length <= from) continue;
    let block = 0;
    for (const [first, end] of blocksOf(sharing, l)) {
      locationsOf(sharing, l, first, end, places);
      for (let k = 0; k < end - first; k++) {
        const place = places[k] - from;
        if (place >= 0 && place < length) counts[l * bins + binOf(place, length, bins)]++;
      }
      if (++block % blocksPerPart === 0) yield;
    }
    yield;
  }
  return counts;
}

/** Of how many weights each location is. */
export function* loadsInParts(sharing: Sharing): Parts<Uint32Array> {
  const loads = new Uint32Array(sharing.m);
  for (let l = 0; l < sharing.layers.length; l++) yield* countInParts(sharing, l, loads);
  return loads;
}

/**
 * Of each location that a weight of `layer` lies at: 1 + the number of the other layer of which the most weights lie
 * there, the first of several; of `layer` itself where only its own weights do, and 0 where one lies there alone.
 */
export function* partnersInParts(sharing: Sharing, layer: number): Parts<Uint16Array> {
  const { m, layers } = sharing;
  const partners = new Uint16Array(m);
  const most = new Uint32Array(m);
  const counts = new Uint32Array(m);
  yield* countInParts(sharing, layer, counts);
  for (let j = 0; j < m; j++) if (counts[j] > 1) partners[j] = layer + 1;
  for (let l = 0; l < layers.length; l++) {
    if (l === layer) continue;
    counts.fill(0);
    yield* countInParts(sharing, l, counts);
    for (let j = 0; j < m; j++) {
      if (counts[j] <= most[j]) continue;
      most[j] = counts[j];
      partners[j] = l + 1;
    }
    yield;
  }
  return partners;
}

function* countInParts(sharing: Sharing, layer: number, counts: Uint32Array): Parts<void> {
  const places = new Int32Array(blockSize);
  let block = 0;
  for (const [from, to] of blocksOf(sharing, layer)) {
    locationsOf(sharing, layer, from, to, places);
    for (let k = 0; k < to - from; k++) counts[places[k]]++;
    if (++block % blocksPerPart === 0) yield;
  }
}

/** `of(location)` of each weight in a rectangle of a layer's matrix, row-major. */
export function ofLocations(
  sharing: Sharing,
  layer: number,
  { rowStart, rowEnd, columnStart, columnEnd }: TileRange,
  of: (location: number) => number,
): Float64Array {
  const { columns } = sharing.layers[layer];
  const width = columnEnd - columnStart;
  const places = new Int32Array(width);
  const values = new Float64Array((rowEnd - rowStart) * width);
  for (let row = rowStart, at = 0; row < rowEnd; row++) {
    const from = row * columns;
    locationsOf(sharing, layer, from + columnStart, from + columnEnd, places);
    for (let k = 0; k < width; k++, at++) values[at] = of(places[k]);
  }
  return values;
}
