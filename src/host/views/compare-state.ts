/** What the page of a comparison kept comes back after a restart, possibly from another version: it is checked. */
import type { ComparedMethod, CompareViewState, Comparison } from '../../protocol/compare';
import { parseMethods } from '../compare-choice';

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const isLayer = (value: unknown): boolean =>
  isObject(value) &&
  typeof value['name'] === 'string' &&
  typeof value['density'] === 'number' &&
  typeof value['orthogonalityError'] === 'number' &&
  isObject(value['singularValues']) &&
  Array.isArray(value['values']);

const isMethod = (value: unknown): value is ComparedMethod =>
  isObject(value) &&
  typeof value['nonZeros'] === 'number' &&
  typeof value['weights'] === 'number' &&
  typeof value['milliseconds'] === 'number' &&
  Array.isArray(value['layers']) &&
  value['layers'].every(isLayer);

const areMethods = (value: unknown): boolean => Array.isArray(value) && parseMethods(value)?.length === value.length;

const isComparison = (value: unknown): value is Comparison =>
  isObject(value) &&
  typeof value['config'] === 'string' &&
  Array.isArray(value['methods']) &&
  value['methods'].every(isMethod) &&
  (value['notDrawn'] === undefined || areMethods(value['notDrawn']));

/** `undefined` when it names no config; a comparison that does not fit is left out, and is made again on request. */
export const parseCompareState = (value: unknown): CompareViewState | undefined => {
  if (!isObject(value)) return undefined;
  const { configPath, layer, comparison } = value;
  const methods = parseMethods(value['methods']);
  if (typeof configPath !== 'string' || configPath === '' || !methods) return undefined;
  return {
    configPath,
    methods,
    layer: typeof layer === 'string' ? layer : null,
    ...(isComparison(comparison) && { comparison }),
  };
};
