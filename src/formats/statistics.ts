/** Figures and histogram of one tensor, read in chunks. */
import { Histogram } from '../core/stats';
import type { TensorStatistics } from '../core/stats';
import type { Numbers } from './dtypes';
import { elementCount } from './safetensors';
import type { SafetensorsFile, TensorEntry } from './safetensors';

/** Bytes read at once. */
const chunkBytes = 4 << 20;
const bins = 64;

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

/** Bytes have 256 values only: counting each gives everything in one pass, exactly. */
async function ofBytes(pass: Pass): Promise<TensorStatistics> {
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
  const histogram = new Histogram(min, max, bins);
  let sum = 0;
  counts.forEach((count, value) => {
    if (count === 0) return;
    sum += count * value;
    histogram.count(value, count);
  });
  const nonZeros = total - counts[0];
  const share = (part: number): number => (total === 0 ? 0 : part / total);
  return { density: share(nonZeros), nonZeros, min, max, mean: share(sum), nonFinite: 0, histogram: histogram.counts };
}

async function ofNumbers(pass: Pass): Promise<TensorStatistics> {
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
  if (finite === 0) min = max = 0;
  const histogram = new Histogram(min, max, bins);
  if (finite > 0) await eachChunk(secondPass(pass), (values) => histogram.add(values));
  return {
    density: total === 0 ? 0 : nonZeros / total,
    nonZeros,
    min,
    max,
    mean,
    nonFinite: total - finite,
    histogram: histogram.counts,
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
): Promise<TensorStatistics> {
  signal?.throwIfAborted();
  const bytes = entry.dtype === 'U8' || entry.dtype === 'BOOL';
  const total = (entry.end - entry.start) * (bytes ? 1 : 2);
  const pass: Pass = { file, entry, signal, progress: (done) => progress?.(done, total) };
  return bytes ? ofBytes(pass) : ofNumbers(pass);
}
