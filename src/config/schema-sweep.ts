/** The words of a config about grids: one part of the table in schema.ts. */
import type { SweepSchema } from './schema-types';

/** Ids of trials have four digits. */
export const mostTrials = 9_999;

/** Keys that are the same in all trials. */
export const sharedKeys: readonly string[] = ['version', 'name', 'sweep'];

/** The axis whose values are variants: a name with key paths of its own. */
export const variantsKey = 'variants';

export const sweep = {
  kind: 'sweep',
  optional: true,
  doc:
    'A grid: key paths, each with a list of values that take turns there, the last key fastest. `variants` is a list of variants, each with a `name` ' +
    'and key paths that it sets together: `{ name: snip, sparsity: { distribution: snip } }`. `sparsescope sweep`, in the ' +
    'editor Sweep Config, runs every combination as a trial.',
  aka: ['grid', 'sweeps', 'parameters'],
} as const satisfies SweepSchema;
