/** The angles of an exact orthogonal initialisation, said at the very angle that is wrong. */
import { checkAngles } from '../core/angles';
import type { Angles } from '../core/angles';
import { isSparseError } from '../core/errors';
import * as errors from './errors';
import type { PathFinding } from './finding';
import { isRotated } from './methods';
import { itemPath } from './tree';
import type { Config } from './types';

const base = 'sparsity.eoi.angles';

/** Each angle by itself where they are listed, with its path; a choice that only makes sense as a whole is one. */
const parts = (angles: Angles): [path: string, angles: Angles][] => {
  if (angles === 'uniform') return [];
  if ('fixed' in angles) return [[`${base}.fixed`, angles]];
  if ('list' in angles) return angles.list.map((fixed, index) => [itemPath(`${base}.list`, index), { fixed }]);
  return [[`${base}.range`, angles]];
};

export function checkEoiAngles({ sparsity: { init, eoi } }: Config): PathFinding[] {
  if (!isRotated(init)) return [];
  return parts(eoi.angles).flatMap(([path, angles]) => {
    try {
      checkAngles(angles);
      return [];
    } catch (error) {
      if (!isSparseError(error)) throw error;
      if (error.code === 'eoi.degenerate-angle') return [{ ...errors.degenerateAngle(error.message), path }];
      const [low, high] = typeof angles === 'object' && 'range' in angles ? angles.range : [0, 0];
      const text = `[${high}, ${low}]`;
      const suggestion = low > high ? { text, title: `Change to ${text}` } : undefined;
      return [{ ...errors.badAngles(error.message, suggestion), path }];
    }
  });
}
