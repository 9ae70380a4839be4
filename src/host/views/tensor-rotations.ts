/**
 * Tensors of a file as sequences of rotations: recorded ones are read, orthogonal matrices factored when first asked
 * for, without holding up the extension host.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RotationSequence } from '../../core/rotation-sequence';
import type { SafetensorsFile, TensorEntry } from '../../formats/safetensors';
import { RpcCancelled } from '../../protocol/rpc';
import type { CallContext } from '../../protocol/rpc';
import { mostPlayedWeights } from '../../protocol/views';
import type { RotationPage, TensorInfo, TensorRotationRequest } from '../../protocol/views';
import { rotationsTooLarge } from '../../runs/errors';
import { factorTensorInParts, openForFactoring, toldGroups } from '../../runs/factor-tensor';
import { checkPage, rotationsAtOnce } from '../../runs/paging';
import { RotationsFile } from '../../runs/rotations';
import { inTurns } from '../../runs/turns';

/** What a page is told of a tensor before it asks for its rotations. */
export const playedAs = (file: SafetensorsFile, entry: TensorEntry): Pick<TensorInfo, 'groups' | 'sequence'> => {
  const sequence = RotationsFile.of(file)?.sequenceOf(entry.name);
  if (sequence !== undefined) return { sequence };
  const groups = toldGroups(file, entry);
  return groups > 1 ? { groups } : {};
};

interface Factored {
  file: SafetensorsFile;
  name: string;
  groups: number | undefined;
  group: number;
  sequence: RotationSequence;
  /** What its weights were divided by. */
  gain: number;
}

export class TensorRotations {
  /** The one factored last: pages of it follow each other. A file that was written anew is another one. */
  private last: Factored | undefined;

  /** @throws SparseError `runs.bad-page`, `runs.factor-*`, `runs.*rotations*`, `factor.*`, `file.*`; RpcCancelled */
  async page(
    file: SafetensorsFile,
    { name, groups, group = 0, start, end }: TensorRotationRequest,
    context: CallContext,
  ): Promise<RotationPage> {
    checkPage(start, end);
    const recorded = RotationsFile.of(file);
    const layer = recorded?.sequenceOf(name);
    if (recorded && layer !== undefined) {
      const page = await recorded.page(layer, start, Math.min(end, start + rotationsAtOnce));
      const [rows, columns] = page.shape;
      if (rows * columns > mostPlayedWeights) throw rotationsTooLarge(layer, rows, columns, mostPlayedWeights);
      return page;
    }
    const known = this.last;
    if (known?.file !== file || known.name !== name || known.groups !== groups || known.group !== group)
      this.last = { file, name, groups, group, ...(await this.factor(file, { name, groups, group }, context)) };
    return pageOf(this.last!, start, end);
  }

  private async factor(
    file: SafetensorsFile,
    { name, groups, group }: Pick<Factored, 'name' | 'groups' | 'group'>,
    context: CallContext,
  ): Promise<Pick<Factored, 'sequence' | 'gain'>> {
    // What is kept of another one is not needed any more, and may be large.
    this.last = undefined;
    const matrix = await (await openForFactoring(file, name, { groups })).read(group);
    let done = 0;
    const parts = factorTensorInParts(matrix, (share) => (done = share));
    const { sequence } = await inTurns(parts, async () => {
      context.progress({ done, total: 1, message: name });
      await nextTurn();
      if (context.signal.aborted) throw new RpcCancelled();
    });
    return { sequence, gain: matrix.gain };
  }
}

function pageOf({ sequence, gain }: Pick<Factored, 'sequence' | 'gain'>, start: number, end: number): RotationPage {
  const { rows, columns, first, second, angle, lastUndone, start: begin, signs } = sequence;
  const to = Math.min(end, start + rotationsAtOnce, first.length);
  return {
    start,
    total: first.length,
    shape: [rows, columns],
    lastUndone,
    ...(gain !== 1 && { gain }),
    first: first.slice(start, to),
    second: second.slice(start, to),
    angle: angle.slice(start, to),
    beginning: { ...(begin && { start: begin }), ...(signs && { signs }) },
  };
}
