/** Key paths that a person may have meant where a sweep names one that there is not. */
import { sharedKeys } from './schema-sweep';
import { keyPaths } from './schema-paths';
import { nearest } from './suggest';

/** `sparsity.densty`, and also the last word alone: `density`. */
export function nearestPath(path: string): string | undefined {
  const paths = keyPaths().filter((known) => !sharedKeys.includes(known));
  const last = path.slice(path.lastIndexOf('.') + 1);
  const ending = paths.filter((known) => known.endsWith(`.${last}`));
  return nearest(path, paths) ?? (ending.length === 1 ? ending[0] : undefined);
}
