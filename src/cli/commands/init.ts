/** `sparsescope init CONFIG -o FILE.safetensors`: initial weights and masks, without training. */
import { dirname, resolve } from 'node:path';
import { usableConfig } from '../config-file';
import { exitCode, issueLine } from '../errors';
import type { ExitCode } from '../errors';
import { quietContext, startEngine } from '../follow';
import { interruptible } from '../interrupt';
import type { Output } from '../output';

export async function init(name: string, options: { output: string }, output: Output): Promise<ExitCode> {
  const { path, text } = await usableConfig(name, (issue) => output.err(issueLine(name, issue)));
  const { service } = await startEngine('auto', output);
  const file = resolve(options.output);
  await interruptible(output, (signal) =>
    service.api.initialise(
      { configPath: path, configText: text, root: dirname(path), output: file },
      quietContext(signal, output),
    ),
  );
  output.progress(undefined);
  output.out(`${file}\n`);
  return exitCode.ok;
}
