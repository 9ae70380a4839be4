/** The recorded rotation sequence of a layer, page by page. */
import type { RotationSequence } from '../../../src/core/rotation-sequence';
import type { Remote } from '../../../src/protocol/rpc';
import type { RunViewApi } from '../../../src/protocol/views';

const pageLength = 20_000;

export async function loadRotations(
  remote: Remote<RunViewApi>,
  { layer, group }: { layer: string; group: number },
  seed: number,
  signal: AbortSignal,
): Promise<RotationSequence> {
  const page = (start: number): ReturnType<typeof remote.rotations> =>
    remote.rotations({ layer, group, start, end: start + pageLength }, { signal });
  let { total, shape, lastUndone, first, second, angle, beginning } = await page(0);
  const [rows, columns] = shape;
  if (first.length < total) {
    const joined = { first: new Uint32Array(total), second: new Uint32Array(total), angle: new Float64Array(total) };
    for (let start = 0; start < total; start += first.length) {
      if (start > 0) ({ first, second, angle, lastUndone, total, shape, beginning } = await page(start));
      joined.first.set(first, start);
      joined.second.set(second, start);
      joined.angle.set(angle, start);
    }
    ({ first, second, angle } = joined);
  }
  return { rows, columns, first, second, angle, lastUndone, seed, ...beginning };
}
