/** Long computations that leave room for messages: a cancel must be heard within a moment, not after the layer. */
import type { Parts } from '../core/parts';

/** Milliseconds of computing between two turns. */
const slice = 20;

/**
 * The result of `parts`, awaiting `turn` whenever a slice of time has passed. When `turn` rejects, no part follows:
 * they are ended.
 */
export async function inTurns<T>(parts: Parts<T>, turn: () => Promise<void>): Promise<T> {
  const open: Parts<unknown> = parts;
  try {
    let since = performance.now();
    for (;;) {
      const part = parts.next();
      if (part.done) return part.value;
      if (performance.now() - since < slice) continue;
      await turn();
      since = performance.now();
    }
  } finally {
    open.return(undefined);
  }
}
