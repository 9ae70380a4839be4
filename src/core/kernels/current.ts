/**
 * The kernels that the science computes with: plain ones until a process has loaded better. Results do not depend on it
 * but by rounding.
 */
import type { Parts } from '../parts';
import { plainKernels } from './kernels';
import type { Kernels } from './kernels';

let current = plainKernels();

export const kernels = (): Kernels => current;

export function useKernels(loaded: Kernels): void {
  current = loaded;
}

/** The same in parts, each computed with these kernels, whatever others compute with between them. */
export function* withKernels<T>(own: Kernels, parts: Parts<T>): Parts<T> {
  const open: Parts<unknown> = parts;
  try {
    for (;;) {
      const before = current;
      current = own;
      let part: IteratorResult<undefined, T>;
      try {
        part = parts.next();
      } finally {
        current = before;
      }
      if (part.done) return part.value;
      yield;
    }
  } finally {
    open.return(undefined);
  }
}
