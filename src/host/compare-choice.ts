/** Which initialisations to compare: what is offered, what is chosen at first, what is remembered. */
import type { Sparsity } from '../config/methods';
import type { CompareMethod } from '../protocol/compare';
import type { DistributionName } from '../protocol/run';

const inits = ['base', 'ai', 'sao', 'eoi', 'eis'] as const satisfies readonly Sparsity['init'][];
/** All words: the compiler asks for a new one. */
const known: Record<DistributionName, true> = {
  uniform: true,
  'uniform-plus': true,
  er: true,
  erk: true,
  balanced: true,
  random: true,
  magnitude: true,
  snip: true,
  grasp: true,
  synflow: true,
};

/** By shapes first, then by scores; one that a config cannot have says so in the comparison. */
const distributions = Object.keys(known) as DistributionName[];

export interface OfferedMethod extends CompareMethod {
  /** It is the config's own. */
  own: boolean;
  picked: boolean;
}

const sameMethod = (a: CompareMethod, b: CompareMethod): boolean =>
  a.init === b.init && a.distribution === b.distribution;

/**
 * The config's own method first, then the others of its distribution, then those of other distributions. Whole kernels differ
 * from `eoi` only where there are convolutions.
 */
export const offeredMethods = (
  own: CompareMethod,
  last: readonly CompareMethod[] | undefined,
  convolutional = false,
): OfferedMethod[] => {
  const all = [own.distribution, ...distributions.filter((one) => one !== own.distribution)].flatMap((distribution) =>
    inits.filter((init) => convolutional || init !== 'eis').map((init) => ({ distribution, init })),
  );
  const offered = [own, ...all.filter((method) => !sameMethod(method, own))];
  const usual = (['base', 'ai', 'eoi'] as const).map((init) => ({ distribution: own.distribution, init }));
  // What was chosen of another config may not be offered here at all.
  const still = last?.filter((method) => offered.some((one) => sameMethod(one, method))) ?? [];
  const wanted = still.length > 0 ? still : usual;
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
    return typeof distribution === 'string' && Object.hasOwn(known, distribution) && inits.some((one) => one === init);
  });
  return methods.length > 0 ? methods.map(({ distribution, init }) => ({ distribution, init })) : undefined;
};
