/** What a webview kept with `setState` comes back after a restart, possibly from another version: it is checked. */
import type { RunTab, RunViewState } from '../../protocol/views';

const tabs: readonly RunTab[] = ['mask', 'givens', 'spectrum', 'sharing', 'training'];

export const initialRunState = (directory: string): RunViewState => ({
  directory,
  tab: 'mask',
  layer: null,
  step: null,
});

/** `undefined` when it names no run folder; other fields that do not fit get their defaults. */
export const parseRunState = (value: unknown): RunViewState | undefined => {
  if (typeof value !== 'object' || value === null) return undefined;
  const { directory, tab, layer, step } = value as Record<keyof RunViewState, unknown>;
  if (typeof directory !== 'string' || directory === '') return undefined;
  return {
    directory,
    tab: tabs.find((known) => known === tab) ?? 'mask',
    layer: typeof layer === 'string' ? layer : null,
    step: typeof step === 'number' && Number.isSafeInteger(step) && step >= 0 ? step : null,
  };
};
