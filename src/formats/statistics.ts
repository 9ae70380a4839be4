/** Figures and histogram of one tensor, read in chunks. */
import type { Numbers } from './dtypes';
import { elementCount } from './safetensors';
import type { SafetensorsFile, TensorEntry } from './safetensors';

/** Bytes read at once. */
const chunkBytes = 4 << 20;
const bins = 64;

export interface TensorFigures {
  /** Share of elements that are finite and not zero; 0 for an empty tensor. */
  density: number;
  nonZeros: number;
  /** 0 when there is no finite value. */
  min: number;
  max: number;
  mean: number;
  /** NaN or infinite values, left out of the figures above. */
  nonFinite: number;
  /** Counts of finite values over equal bins from `min` to `max`; all in the first when these are equal. */
  histogram: number[];
}

interface Pass {
  file: SafetensorsFile;
  entry: TensorEntry;
  signal: AbortSignal | undefined;
  /** Bytes of the tensor read in this pass so far. */
  progress: (done: number) => void;
}

async function eachChunk({ file, entry, signal, progress }: Pass, visit: (values: Numbers) => void): Promise<void> {
  const count = elementCount(entry.shape);
  if (count === 0) return;
  const elementBytes = (entry.end - entry.start) / count;
  const atOnce = Math.floor(chunkBytes / elementBytes);
  for (let start = 0; start < count; start += atOnce) {
    signal?.throwIfAborted();
    const end = Math.min(count, start + atOnce);
    visit(await file.readFloat64(entry, start, end));
    progress(end * elementBytes);
  }
}

/** Places values in equal bins from `min` to `max`. */
const binner = (min: number, max: number): ((value: number) => number) => {
  // Halves, because the span of the largest float64 numbers would be infinite.
  const span = max / 2 - min / 2;
  if (!(span > 0)) return () => 0;
  return (value) => Math.min(bins - 1, Math.floor(((value / 2 - min / 2) / span) * bins));
};

/** Bytes have 256 values only: counting each gives everything in one pass, exactly. */
async function ofBytes(pass: Pass): Promise<TensorFigures> {
  const counts = new Float64Array(256);
  await eachChunk(pass, (values) => {
    for (const value of values) counts[value]++;
  });
  const total = elementCount(pass.entry.shape);
  const min = Math.max(
    0,
    counts.findIndex((count) => count > 0),
  );
  const max = Math.max(
    0,
    counts.findLastIndex((count) => count > 0),
  );
  const binOf = binner(min, max);
  const histogram = new Array<number>(bins).fill(0);
  let sum = 0;
  counts.forEach((count, value) => {
    if (count === 0) return;
    sum += count * value;
    histogram[binOf(value)] += count;
  });
  const nonZeros = total - counts[0];
  const share = (part: number): number => (total === 0 ? 0 : part / total);
  return { density: share(nonZeros), nonZeros, min, max, mean: share(sum), nonFinite: 0, histogram };
}

async function ofNumbers(pass: Pass): Promise<TensorFigures> {
  let finite = 0;
  let nonZeros = 0;
  let min = Infinity;
  let max = -Infinity;
  let mean = 0;
  await eachChunk(pass, (values) => {
    let sum = 0;
    let counted = 0;
    for (const value of values) {
      if (!Number.isFinite(value)) continue;
      counted++;
      sum += value;
      if (value !== 0) nonZeros++;
      if (value < min) min = value;
      if (value > max) max = value;
    }
    finite += counted;
    // Means of chunks are merged by weight: no sum over the whole tensor that could lose digits or overflow.
    if (counted > 0) mean += (sum / counted - mean) * (counted / finite);
  });
  const total = elementCount(pass.entry.shape);
  const histogram = new Array<number>(bins).fill(0);
  if (finite > 0) {
    const binOf = binner(min, max);
    await eachChunk(secondPass(pass), (values) => {
      for (const value of values) if (Number.isFinite(value)) histogram[binOf(value)]++;
    });
  } else {
    min = max = 0;
  }
  return {
    density: total === 0 ? 0 : nonZeros / total,
    nonZeros,
    min,
    max,
    mean,
    nonFinite: total - finite,
    histogram,
  };
}

const secondPass = (pass: Pass): Pass => {
  const bytes = pass.entry.end - pass.entry.start;
  return { ...pass, progress: (done) => pass.progress(bytes + done) };
};

/**
 * Figures of a tensor, read in chunks of at most 4 MiB: range and mean in one pass, the histogram in a second (one
 * pass in all for U8 and BOOL). `progress` gets the bytes read and the bytes to be read over all passes.
 * @throws SparseError `safetensors.not-decodable`, `file.*`; the signal's reason when it is aborted
 */
export async function tensorStatistics(
  file: SafetensorsFile,
  entry: TensorEntry,
  signal?: AbortSignal,
  progress?: (done: number, total: number) => void,
): Promise<TensorFigures> {
  signal?.throwIfAborted();
  const bytes = entry.dtype === 'U8' || entry.dtype === 'BOOL';
  const total = (entry.end - entry.start) * (bytes ? 1 : 2);
  const pass: Pass = { file, entry, signal, progress: (done) => progress?.(done, total) };
  return bytes ? ofBytes(pass) : ofNumbers(pass);
}
