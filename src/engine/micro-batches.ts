/** A batch in parts, so that what is kept of one for its gradient fits in memory. */
import type { Batch } from './trainer';

/** Parts of `microBatch` examples, the last the rest; views of the batch. `inputs`: values of an example. */
export function* partsOf(batch: Batch, inputs: number, microBatch = batch.size): Generator<Batch> {
  for (let start = 0; start < batch.size; start += microBatch) {
    const end = Math.min(batch.size, start + microBatch);
    yield {
      size: end - start,
      x: batch.x.subarray(start * inputs, end * inputs),
      labels: batch.labels.subarray(start, end),
    };
  }
}
