/** What a network comes to on examples it is not trained with. */
import type { Parts } from '../core/parts';
import type { Batches } from './data/data-set';
import type { Trainer } from './trainer';

/** Mean cross-entropy (nats) and share classified right over all batches. A part is one batch. */
export function* evaluation(trainer: Trainer, batches: Batches): Parts<{ loss: number; accuracy: number }> {
  let loss = 0;
  let correct = 0;
  for (let i = 0; i < batches.count; i++) {
    const batch = trainer.evaluate(batches.batch(i));
    loss += batch.loss;
    correct += batch.correct;
    yield;
  }
  return { loss: loss / batches.examples, accuracy: correct / batches.examples };
}
