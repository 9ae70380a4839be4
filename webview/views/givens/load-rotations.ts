/** A sequence of rotations, page by page. */
import type { RotationSequence } from '../../../src/core/rotation-sequence';
import type { RotationPage } from '../../../src/protocol/views';

/** What is played; of a multiple of an orthogonal matrix without its gain. */
export type Played = RotationSequence & Pick<RotationPage, 'gain'>;

/** As many as one message carries. */
const pageLength = 50_000;

/** `ask`: for rotations [start, end), of which the answer may hold fewer. `loaded`: told the share that has come. */
export async function loadRotations(
  ask: (range: { start: number; end: number }) => Promise<RotationPage>,
  seed: number,
  loaded?: (share: number) => void,
): Promise<Played> {
  const page = (start: number): Promise<RotationPage> => ask({ start, end: start + pageLength });
  let { total, shape, lastUndone, first, second, angle, beginning, gain } = await page(0);
  const [rows, columns] = shape;
  if (first.length < total) {
    const joined = { first: new Uint32Array(total), second: new Uint32Array(total), angle: new Float64Array(total) };
    for (let start = 0; start < total; start += first.length) {
      if (start > 0) ({ first, second, angle, lastUndone, total, shape, beginning, gain } = await page(start));
      joined.first.set(first, start);
      joined.second.set(second, start);
      joined.angle.set(angle, start);
      loaded?.((start + first.length) / total);
    }
    ({ first, second, angle } = joined);
  }
  return { rows, columns, first, second, angle, lastUndone, seed, ...beginning, ...(gain !== undefined && { gain }) };
}
