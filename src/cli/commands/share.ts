/** `sparsescope share FILE CONFIG -o OUT` and `sparsescope expand FILE -o OUT`: from weights to a memory, and back. */
import { resolve } from 'node:path';
import { expandWeights } from '../../runs/expand-weights';
import { exitCode } from '../errors';
import type { ExitCode } from '../errors';
import { quietContext } from '../follow';
import type { Output } from '../output';
import { printJson } from '../output';
import { lineOf } from '../printable';
import { outputPath } from '../output-path';
import { significant, table } from '../table';
import { withConfig } from '../with-config';
import { headings, sharedText } from '../words';

interface Options {
  output: string;
  json?: boolean;
}

export async function share(name: string, config: string, options: Options, output: Output): Promise<ExitCode> {
  const file = outputPath(options.output, ['.safetensors'], name, config);
  const shared = await withConfig(config, output, (service, source, signal) =>
    service.api.shareWeights({ ...source, file: resolve(name), output: file }, quietContext(signal, output)),
  );
  if (options.json) printJson(output, 'share', { ok: true, file, ...shared });
  else {
    const rows = shared.layers.map(({ name: layer, shape, error }) => [layer, shape.join(' x '), significant(error)]);
    output.out(table(headings.shared, rows, ['left', 'right', 'right']));
    output.out(sharedText(shared));
    output.out(lineOf(file));
  }
  return exitCode.ok;
}

export async function expand(name: string, options: Options, output: Output): Promise<ExitCode> {
  const file = outputPath(options.output, ['.safetensors'], name);
  const { n, m, layers } = await expandWeights(resolve(name), file);
  if (options.json) printJson(output, 'expand', { ok: true, file, n, m, layers });
  else {
    const rows = layers.map(({ name: layer, shape }) => [layer, shape.join(' x ')]);
    output.out(table(headings.expanded, rows, ['left', 'right']));
    output.out(lineOf(file));
  }
  return exitCode.ok;
}
