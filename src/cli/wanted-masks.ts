/** What a run would say of the files that wanted patterns are read from, before there is one. */
import { dirname } from 'node:path';
import { checkConfig } from '../config/check';
import { isFile } from '../config/check-pattern';
import { configFormat } from '../config/format';
import type { ConfigIssue, Range } from '../config/issues';
import { sorted } from '../config/parse';
import { guideOf } from '../config/methods';
import { isSparseError } from '../core/errors';
import type { CheckedFile, UsableFile } from './config-file';

const beginning = { line: 0, column: 0, offset: 0 };
const noPlace: Range = { start: beginning, end: beginning };
const key = 'sparsity.eoi.pattern.file';

/** Trials of a sweep that differ in other keys read the same masks for the same layers. */
const ofMasks = /^(?:variants|sparsity|model|data)\b/;

type Planned = UsableFile['checked'];

/** The config, or each trial of a sweep that may read other masks. */
function* planned({ path, checked, sweep, looked }: CheckedFile): Generator<Planned> {
  if (checked) yield checked;
  const keys = sweep?.keys.filter((one) => ofMasks.test(one)) ?? [];
  const seen = new Set<string>();
  for (const { values, text } of keys.length > 0 ? sweep!.trials() : []) {
    const words = JSON.stringify(keys.map((one) => values[one]));
    if (seen.has(words)) continue;
    seen.add(words);
    const { config, plan } = checkConfig(text, configFormat(path), { looked });
    if (config && plan) yield { config, plan };
  }
}

/** As a run reads them. What is wrong with one is told where the config names it, and then nothing is `checked`. */
export async function withMasksRead(read: CheckedFile): Promise<CheckedFile> {
  const { locate } = read;
  const found = new Map<string, ConfigIssue>();
  for (const { config, plan } of planned(read)) {
    const guide = guideOf(config.sparsity);
    if (!guide || !isFile(guide)) continue;
    const { wantedPatterns } = await import('../engine/wanted-patterns');
    try {
      await wantedPatterns(config, plan, dirname(read.path));
    } catch (error) {
      if (!isSparseError(error)) throw error;
      const { code, message } = error;
      const range = locate(key) ?? locate('sweep') ?? noPlace;
      found.set(message, { code, severity: 'error', message, range, path: key });
    }
  }
  if (found.size === 0) return read;
  const { name, path, text, looked } = read;
  return { name, path, text, locate, looked, issues: sorted([...read.issues, ...found.values()]) };
}
