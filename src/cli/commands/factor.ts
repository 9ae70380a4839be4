/**
 * `sparsescope factor FILE TENSOR -o ROTATIONS`: an orthogonal matrix, or those of its groups, as the rotations that
 * make it.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RotationSequence } from '../../core/rotation-sequence';
import { openUnchanged } from '../../formats/unchanged';
import { RpcCancelled } from '../../protocol/rpc';
import { factorAndReplayInParts, openForFactoring } from '../../runs/factor-tensor';
import { writeRotations } from '../../runs/rotations';
import { inTurns } from '../../runs/turns';
import { badGain, badGroups, exitCode } from '../errors';
import type { ExitCode } from '../errors';
import { interruptible } from '../interrupt';
import type { Output } from '../output';
import { printJson } from '../output';
import { outputPath } from '../output-path';
import { bar } from '../table';
import { factoredText, factoringText } from '../words';

interface Options {
  output: string;
  gain?: string;
  groups?: string;
  json?: boolean;
}

export async function factor(name: string, tensor: string, options: Options, output: Output): Promise<ExitCode> {
  const gain = options.gain === undefined ? undefined : Number(options.gain);
  if (gain !== undefined && !(gain > 0 && gain < Infinity)) throw badGain(options.gain ?? '');
  const groups = options.groups === undefined ? undefined : Number(options.groups);
  if (groups !== undefined && !(Number.isSafeInteger(groups) && groups > 0)) throw badGroups(options.groups ?? '');
  const path = outputPath(options.output, ['.safetensors'], name);
  const file = await openUnchanged(name);
  try {
    const matrices = await openForFactoring(file, tensor, { gain, groups });
    const { rows, columns, taken } = matrices;
    const sequences = new Map<string, RotationSequence>();
    const gains: number[] = [];
    let [orthogonalityError, difference] = [0, 0];
    await interruptible(output, async (signal) => {
      for (let group = 0; group < taken.groups; group++) {
        const matrix = await matrices.read(group);
        let done = 0;
        const factored = await inTurns(
          factorAndReplayInParts(matrix, (share) => (done = share)),
          async () => {
            output.progress(factoringText(bar((group + done) / taken.groups), tensor));
            await nextTurn();
            if (signal.aborted) throw new RpcCancelled();
          },
        );
        sequences.set(matrix.name, factored.sequence);
        gains.push(matrix.gain);
        orthogonalityError = Math.max(orthogonalityError, factored.orthogonalityError);
        difference = Math.max(difference, factored.difference);
      }
    });
    output.progress(undefined);
    await writeRotations(path, sequences);
    const facts = {
      tensor,
      shape: [rows, columns],
      groups: taken.groups,
      ...(taken.centred && { kernel: taken.kernel }),
      gains,
      rotations: [...sequences.values()].reduce((sum, { first }) => sum + first.length, 0),
      orthogonalityError,
      difference,
    };
    if (options.json) printJson(output, 'factor', { ok: true, file: path, ...facts });
    else output.out(factoredText({ ...facts, file: path }));
    return exitCode.ok;
  } finally {
    await file.close();
  }
}
