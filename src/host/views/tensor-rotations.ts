/** Tensors of a file as sequences of rotations: factored when first asked for, without holding up the extension host. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RotationSequence } from '../../core/rotation-sequence';
import type { SafetensorsFile } from '../../formats/safetensors';
import { RpcCancelled } from '../../protocol/rpc';
import type { RotationPage } from '../../protocol/views';
import { factorInParts, readForFactoring } from '../../runs/factor-tensor';
import { rotationsAtOnce } from '../../runs/paging';
import { inTurns } from '../../runs/turns';

/** Rows and columns: the page replays all rotations, up to so many for each of the shorter dimension, in its own memory. */
const mostAxes = 512;

export class TensorRotations {
  /** The one factored last: pages of it follow each other. A file that was written anew is another one. */
  private last: { file: SafetensorsFile; name: string; sequence: RotationSequence } | undefined;

  /** @throws SparseError `runs.factor-*`, `factor.*`, `file.*`; RpcCancelled */
  async page(
    file: SafetensorsFile,
    name: string,
    { start, end, signal }: { start: number; end: number; signal: AbortSignal },
  ): Promise<RotationPage> {
    if (this.last?.file !== file || this.last.name !== name)
      this.last = { file, name, sequence: await this.factor(file, name, signal) };
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

  private async factor(file: SafetensorsFile, name: string, signal: AbortSignal): Promise<RotationSequence> {
    const matrix = await readForFactoring(file, name, { most: mostAxes });
    const { sequence } = await inTurns(factorInParts(matrix), async () => {
      await nextTurn();
      if (signal.aborted) throw new RpcCancelled();
    });
    return sequence;
  }
}
