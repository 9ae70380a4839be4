/** Which initialisations to compare: what is offered, what is chosen at first, what is remembered. */
import type { Distribution, Sparsity } from '../config/methods';
import type { CompareMethod } from '../protocol/compare';

const inits = ['base', 'ai', 'sao', 'eoi'] as const satisfies readonly Sparsity['init'][];
/** Those that need no data, so that every config can be compared over them. */
const distributions = ['uniform', 'er', 'erk', 'balanced'] as const satisfies readonly Distribution[];

export interface OfferedMethod extends CompareMethod {
  /** It is the config's own. */
  own: boolean;
  picked: boolean;
}

export const sameMethod = (a: CompareMethod, b: CompareMethod): boolean =>
  a.init === b.init && a.distribution === b.distribution;

/** The config's own method first, then the others of its distribution, then those of other distributions. */
export const offeredMethods = (own: CompareMethod, last: readonly CompareMethod[] | undefined): OfferedMethod[] => {
  const all = [own.distribution, ...distributions.filter((one) => one !== own.distribution)].flatMap((distribution) =>
    inits.map((init) => ({ distribution, init })),
  );
  const offered = [own, ...all.filter((method) => !sameMethod(method, own))];
  const usual = ['base', 'ai', 'eoi'].map((init) => ({ distribution: own.distribution, init }));
  // What was chosen of another config may not be offered here at all.
  const known = last?.filter((method) => offered.some((one) => sameMethod(one, method))) ?? [];
  const wanted = known.length > 0 ? known : usual;
  return offered.map((method) => {
    const isOwn = sameMethod(method, own);
    return { ...method, own: isOwn, picked: isOwn || wanted.some((one) => sameMethod(one, method)) };
  });
};

/** A list of methods that was kept somewhere, possibly by another version; `undefined` when it is none. */
export const parseMethods = (kept: unknown): CompareMethod[] | undefined => {
  if (!Array.isArray(kept)) return undefined;
  const methods = kept.filter((one: unknown): one is CompareMethod => {
    if (typeof one !== 'object' || one === null) return false;
    const { distribution, init } = one as Record<keyof CompareMethod, unknown>;
    return typeof distribution === 'string' && typeof init === 'string';
  });
  return methods.length > 0 ? methods.map(({ distribution, init }) => ({ distribution, init })) : undefined;
};
