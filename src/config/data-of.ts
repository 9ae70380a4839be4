/** The data of a config; of a sweep, that of each trial that has another one. */
import type { CheckedConfig } from './checked';
import type { ConfigFormat } from './format';
import { parseConfig } from './parse';
import type { Config } from './types';

/** None where a mistake says that nothing is meant yet. */
export function dataOf({ config, sweep }: CheckedConfig, format: ConfigFormat): Config['data'][] {
  if (!config) return [];
  const swept = sweep?.keys.filter((key) => /^data\b/.test(key)) ?? [];
  if (!sweep || swept.length === 0) return [config.data];
  // Trials that differ in other keys have the same data: one of them is read.
  const byValues = new Map(
    sweep.trials().map((trial) => [JSON.stringify(swept.map((key) => trial.values[key])), trial]),
  );
  const all = [...byValues.values()].flatMap(({ text }) => parseConfig(text, format).config?.data ?? []);
  return [...new Map(all.map((data) => [JSON.stringify(data), data])).values()];
}
