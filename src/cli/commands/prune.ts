/** `sparsescope prune CONFIG -o FILE.safetensors`: the dense network as its scores prune it, with the scores. */
import { exitCode } from '../errors';
import type { ExitCode } from '../errors';
import { quietContext } from '../follow';
import type { Output } from '../output';
import { printJson } from '../output';
import { lineOf } from '../printable';
import { outputPath } from '../output-path';
import { withConfig } from '../with-config';
import { densityTable } from './density';

export async function prune(
  name: string,
  options: { output: string; json?: boolean },
  output: Output,
): Promise<ExitCode> {
  const file = outputPath(options.output, ['.safetensors'], name);
  const { layers } = await withConfig(
    name,
    output,
    (service, source, signal) => service.api.prune({ ...source, output: file }, quietContext(signal, output)),
    file,
  );
  if (options.json) printJson(output, 'prune', { ok: true, file, layers });
  else output.out(densityTable(layers) + lineOf(file));
  return exitCode.ok;
}
