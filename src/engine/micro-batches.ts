/** A batch in parts, so that what is kept of one for its gradient fits in memory. */
import type { Batch } from './training';

const examplesOf = ({ x, labels }: Batch, inputs: number, start: number, end: number): Batch => ({
  size: end - start,
  x: x.subarray(start * inputs, end * inputs),
  labels: labels.subarray(start, end),
});

/** The first `size` examples, at most as many as there are; a view of the batch. `inputs`: values of an example. */
export const headOf = (batch: Batch, inputs: number, size: number): Batch =>
  examplesOf(batch, inputs, 0, Math.min(batch.size, size));

/** Parts of `microBatch` examples, the last the rest; views of the batch. `inputs`: values of an example. */
export function* partsOf(batch: Batch, inputs: number, microBatch = batch.size): Generator<Batch> {
  for (let start = 0; start < batch.size; start += microBatch)
    yield examplesOf(batch, inputs, start, Math.min(batch.size, start + microBatch));
}
