/** `sparsescope factor FILE TENSOR -o ROTATIONS`: an orthogonal matrix, or those of its groups, as the rotations that make it. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { openFile } from '../../formats/byte-source';
import { openSafetensors } from '../../formats/safetensors';
import { RpcCancelled } from '../../protocol/rpc';
import { factorAndReplayInParts, readForFactoring } from '../../runs/factor-tensor';
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
  const path = outputPath(options.output, name);
  const file = await openSafetensors(await openFile(name));
  try {
    const matrices = await readForFactoring(file, tensor, { gain, groups });
    let done = 0;
    const parts = factorAndReplayInParts(matrices, (share) => (done = share));
    const { sequences, orthogonalityError, difference } = await interruptible(output, (signal) =>
      inTurns(parts, async () => {
        output.progress(factoringText(bar(done), tensor));
        await nextTurn();
        if (signal.aborted) throw new RpcCancelled();
      }),
    );
    output.progress(undefined);
    await writeRotations(path, sequences);
    const [{ rows, columns, taken }] = matrices;
    const facts = {
      tensor,
      shape: [rows, columns],
      groups: taken.groups,
      ...(taken.centred && { kernel: taken.kernel }),
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
