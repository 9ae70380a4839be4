/** Tensors of a file as sequences of rotations: factored when first asked for, without holding up the extension host. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RotationSequence } from '../../core/rotation-sequence';
import type { SafetensorsFile } from '../../formats/safetensors';
import { RpcCancelled } from '../../protocol/rpc';
import type { CallContext } from '../../protocol/rpc';
import { mostPlayedAxes } from '../../protocol/views';
import type { RotationPage } from '../../protocol/views';
import { factorInGroups } from '../../runs/errors';
import { factorTensorInParts, readForFactoring } from '../../runs/factor-tensor';
import { checkPage, rotationsAtOnce } from '../../runs/paging';
import { inTurns } from '../../runs/turns';

export class TensorRotations {
  /** The one factored last: pages of it follow each other. A file that was written anew is another one. */
  private last: { file: SafetensorsFile; name: string; sequence: RotationSequence } | undefined;

  /** @throws SparseError `runs.bad-page`, `runs.factor-*`, `factor.*`, `file.*`; RpcCancelled */
  async page(
    file: SafetensorsFile,
    name: string,
    { start, end }: { start: number; end: number },
    context: CallContext,
  ): Promise<RotationPage> {
    checkPage(start, end);
    if (this.last?.file !== file || this.last.name !== name)
      this.last = { file, name, sequence: await this.factor(file, name, context) };
    const { rows, columns, first, second, angle, lastUndone, start: begin, signs } = this.last.sequence;
    const to = Math.min(end, start + rotationsAtOnce, first.length);
    return {
      start,
      total: first.length,
      shape: [rows, columns],
      lastUndone,
      first: first.slice(start, to),
      second: second.slice(start, to),
      angle: angle.slice(start, to),
      beginning: { ...(begin && { start: begin }), ...(signs && { signs }) },
    };
  }

  private async factor(file: SafetensorsFile, name: string, context: CallContext): Promise<RotationSequence> {
    const [matrix, ...others] = await readForFactoring(file, name, { most: mostPlayedAxes });
    if (others.length > 0) throw factorInGroups(name, 1 + others.length);
    let done = 0;
    const parts = factorTensorInParts(matrix, (share) => (done = share));
    const { sequence } = await inTurns(parts, async () => {
      context.progress({ done, total: 1, message: name });
      await nextTurn();
      if (context.signal.aborted) throw new RpcCancelled();
    });
    return sequence;
  }
}
