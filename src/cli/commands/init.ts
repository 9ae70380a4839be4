/** `sparsescope init CONFIG -o FILE.safetensors`: initial weights and masks, without training. */
import { exitCode, layerWarnings } from '../errors';
import type { ExitCode } from '../errors';
import { quietContext } from '../follow';
import type { Output } from '../output';
import { printJson } from '../output';
import { lineOf } from '../printable';
import { outputPath } from '../output-path';
import { withConfig } from '../with-config';

export async function init(
  name: string,
  options: { output: string; json?: boolean },
  output: Output,
): Promise<ExitCode> {
  const file = outputPath(options.output, ['.safetensors'], name);
  const { layers } = await withConfig(
    name,
    output,
    (service, source, signal) => service.api.initialise({ ...source, output: file }, quietContext(signal, output)),
    file,
  );
  output.err(layerWarnings(layers));
  if (options.json) printJson(output, 'init', { ok: true, file, layers });
  else output.out(lineOf(file));
  return exitCode.ok;
}
