/** What a network comes to on examples it is not trained with. */
import type { Batches } from './data/batches';
import type { Executor } from './executor';

/** Mean cross-entropy (nats) and share classified right over all batches; `turn` is awaited between them. */
export async function evaluation(
  trainer: Executor,
  batches: Batches,
  turn: () => Promise<void>,
): Promise<{ loss: number; accuracy: number }> {
  let loss = 0;
  let correct = 0;
  for (let i = 0; i < batches.count; i++) {
    const batch = trainer.evaluate(await batches.batch(i));
    loss += batch.loss;
    correct += batch.correct;
    await turn();
  }
  return { loss: loss / batches.examples, accuracy: correct / batches.examples };
}
