/** What commands that ask the engine about a config have in common. */
import { dirname, resolve } from 'node:path';
import { isFile } from '../config/check-pattern';
import { guideOf } from '../config/methods';
import type { Config } from '../config/types';
import type { EngineService } from '../engine/service';
import type { ConfigSource } from '../protocol/engine';
import { usableConfig } from './config-file';
import { issueLine } from './errors';
import { startEngine } from './follow';
import { interruptible } from './interrupt';
import type { Output } from './output';
import { refuseInputs } from './output-path';

/** Files beside a config that whoever writes weights reads. */
function inputsOf({ sparsity }: Config, folder: string): string[] {
  const guide = guideOf(sparsity);
  return guide && isFile(guide) ? [resolve(folder, guide.file)] : [];
}

/**
 * Reads the config, starts the engine and asks it; Ctrl+C cancels. `written`: the file that it is asked to write.
 * @throws SparseError `config.*`, `cli.output-is-input` and the engine's
 */
export async function withConfig<T>(
  name: string,
  output: Output,
  ask: (service: EngineService, source: ConfigSource, signal: AbortSignal) => Promise<T>,
  written?: string,
): Promise<T> {
  const { path, text, checked } = await usableConfig(name, (issue) => output.err(issueLine(name, issue)));
  if (written !== undefined) refuseInputs(written, inputsOf(checked.config, dirname(path)));
  const source = { configPath: path, configText: text, root: dirname(path) };
  const answer = await interruptible(output, async (signal) =>
    ask((await startEngine('auto', output, signal)).service, source, signal),
  );
  output.progress(undefined);
  return answer;
}
