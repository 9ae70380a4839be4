/** What commands that ask the engine about a config have in common. */
import { dirname } from 'node:path';
import type { EngineService } from '../engine/service';
import type { ConfigSource } from '../protocol/engine';
import { usableConfig } from './config-file';
import { issueLine } from './errors';
import { startEngine } from './follow';
import { interruptible } from './interrupt';
import type { Output } from './output';

/** Reads the config, starts the engine and asks it; Ctrl+C cancels. @throws SparseError `config.*` and the engine's */
export async function withConfig<T>(
  name: string,
  output: Output,
  ask: (service: EngineService, source: ConfigSource, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { path, text } = await usableConfig(name, (issue) => output.err(issueLine(name, issue)));
  const source = { configPath: path, configText: text, root: dirname(path) };
  const answer = await interruptible(output, async (signal) =>
    ask((await startEngine('auto', output, signal)).service, source, signal),
  );
  output.progress(undefined);
  return answer;
}
