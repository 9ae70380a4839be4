/** `sparsescope factor FILE TENSOR -o ROTATIONS`: an orthogonal matrix as the rotations that make it. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { openFile } from '../../formats/byte-source';
import { openSafetensors } from '../../formats/safetensors';
import { RpcCancelled } from '../../protocol/rpc';
import { factorAndReplayInParts, readForFactoring } from '../../runs/factor-tensor';
import { writeRotations } from '../../runs/rotations';
import { inTurns } from '../../runs/turns';
import { badGain, exitCode } from '../errors';
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
  json?: boolean;
}

export async function factor(name: string, tensor: string, options: Options, output: Output): Promise<ExitCode> {
  const gain = options.gain === undefined ? undefined : Number(options.gain);
  if (gain !== undefined && !(gain > 0 && gain < Infinity)) throw badGain(options.gain ?? '');
  const path = outputPath(options.output, name);
  const file = await openSafetensors(await openFile(name));
  try {
    const matrix = await readForFactoring(file, tensor, { gain });
    let done = 0;
    const parts = factorAndReplayInParts(matrix, (share) => (done = share));
    const { sequence, orthogonalityError, difference } = await interruptible(output, (signal) =>
      inTurns(parts, async () => {
        output.progress(factoringText(bar(done), tensor));
        await nextTurn();
        if (signal.aborted) throw new RpcCancelled();
      }),
    );
    output.progress(undefined);
    await writeRotations(path, new Map([[tensor, sequence]]));
    const { rows, columns, first } = sequence;
    const facts = { tensor, shape: [rows, columns], rotations: first.length, orthogonalityError, difference };
    if (options.json) printJson(output, 'factor', { ok: true, file: path, ...facts });
    else output.out(factoredText({ ...facts, file: path }));
    return exitCode.ok;
  } finally {
    await file.close();
  }
}
