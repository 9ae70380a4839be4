/** What the page of compared runs kept comes back after a restart, possibly from another version: it is checked. */
import { mostComparedRuns, type CompareRunsViewState } from '../../protocol/compare-runs';

/** `undefined` when it does not name two runs or more, each once. */
export const parseCompareRunsState = (value: unknown): CompareRunsViewState | undefined => {
  if (typeof value !== 'object' || value === null) return undefined;
  const { directories } = value as Record<keyof CompareRunsViewState, unknown>;
  if (!Array.isArray(directories)) return undefined;
  const named = directories.filter((one: unknown): one is string => typeof one === 'string' && one !== '');
  const whole = named.length === directories.length && new Set(named).size === named.length;
  return whole && named.length >= 2 && named.length <= mostComparedRuns ? { directories: named } : undefined;
};
