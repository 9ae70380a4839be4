/** `sparsescope factor FILE TENSOR -o ROTATIONS`: an orthogonal matrix as the rotations that make it. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { resolve } from 'node:path';
import { finish } from '../../core/parts';
import { openFile } from '../../formats/byte-source';
import { openSafetensors } from '../../formats/safetensors';
import { factorInParts, readForFactoring } from '../../runs/factor-tensor';
import { writeRotations } from '../../runs/rotations';
import { badGain, exitCode } from '../errors';
import type { ExitCode } from '../errors';
import type { Output } from '../output';
import { printJson } from '../output';
import { factoredText, factoringText } from '../words';

interface Options {
  output: string;
  gain?: string;
  json?: boolean;
}

export async function factor(name: string, tensor: string, options: Options, output: Output): Promise<ExitCode> {
  const gain = options.gain === undefined ? undefined : Number(options.gain);
  if (gain !== undefined && !(gain > 0 && gain < Infinity)) throw badGain(options.gain ?? '');
  const file = await openSafetensors(await openFile(name));
  try {
    const matrix = await readForFactoring(file, tensor, { gain });
    output.progress(factoringText(tensor));
    await nextTurn();
    const { sequence, orthogonalityError, difference } = finish(factorInParts(matrix));
    output.progress(undefined);
    const path = resolve(options.output);
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
