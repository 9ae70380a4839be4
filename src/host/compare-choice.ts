/** Which initialisations to compare: what is offered, what is chosen at first, what is remembered. */
import { isRotated, scalesByFan, startsDense } from '../config/methods';
import type { Sparsity } from '../config/methods';
import type { CompareMethod } from '../protocol/compare';
import { distributionNames } from '../protocol/run';
import type { DistributionName } from '../protocol/run';

const inits = ['base', 'ai', 'sao', 'eoi', 'eis'] as const satisfies readonly Sparsity['init'][];
/** By shapes first, then by scores; one that a config cannot have says so in the comparison. */
const distributions: readonly DistributionName[] = distributionNames;

/**
 * All words, which the compiler asks for; whether it is one of convolutions only, and elsewhere the same as
 * `orthogonal`.
 */
const bases: Record<Sparsity['base'], { convolutional: boolean }> = {
  orthogonal: { convolutional: false },
  'kaiming-normal': { convolutional: false },
  'xavier-normal': { convolutional: false },
  'lecun-normal': { convolutional: false },
  'delta-orthogonal': { convolutional: true },
  'conv-orthogonal': { convolutional: true },
};

/** A heading of the list: the pattern of the config, other dense initialisations, or a distribution. */
export type MethodGroup = 'pattern' | 'bases' | DistributionName;

export interface OfferedMethod extends CompareMethod {
  group: MethodGroup;
  /** It is the config's own. */
  own: boolean;
  picked: boolean;
}

type Placed = CompareMethod & { group: MethodGroup };

const words = ['distribution', 'init', 'base', 'fan', 'guided'] as const satisfies readonly (keyof CompareMethod)[];
const sameMethod = (a: CompareMethod, b: CompareMethod): boolean => words.every((word) => a[word] === b[word]);

/** Every other dense initialisation; those that have a variance by fan-in with either fan. */
const otherBases = ({ distribution, base: own, fan: ownFan }: Sparsity, convolutional: boolean): Placed[] =>
  (Object.keys(bases) as Sparsity['base'][])
    .filter((base) => convolutional || !bases[base].convolutional)
    .flatMap((base): Placed[] => {
      const method = { distribution, init: 'base', base, group: 'bases' } as const;
      if (!scalesByFan(base)) return base === own ? [] : [method];
      return (['dense', 'sparse'] as const)
        .filter((fan) => base !== own || fan !== ownFan)
        .map((fan) => ({ ...method, fan }));
    });

/**
 * The config's own method first, then the others of its distribution, other dense initialisations, and other
 * distributions. Where the config has a pattern, rotations are offered with and without it. Whole kernels differ from
 * `eoi` only where there are convolutions.
 */
export const offeredMethods = (
  sparsity: Sparsity,
  last: readonly CompareMethod[] | undefined,
  convolutional = false,
): OfferedMethod[] => {
  const { distribution: own, init, eoi, update } = sparsity;
  const patterned = eoi.pattern !== undefined && !startsDense(update);
  const offeredInits = inits.filter((one) => convolutional || one !== 'eis' || one === init);
  const of = (distribution: DistributionName): Placed[] =>
    offeredInits.map((one) => ({
      distribution,
      init: one,
      ...(patterned && isRotated(one) && { guided: false }),
      group: distribution,
    }));
  const guided = offeredInits
    .filter((one) => patterned && isRotated(one))
    .map((one): Placed => ({ distribution: own, init: one, guided: true, group: 'pattern' }));
  const ownGuided = patterned && isRotated(init);
  const nearest = ownGuided ? [guided, of(own)] : [of(own), guided];
  const others = distributions.filter((one) => one !== own).map(of);
  const all = [...nearest, otherBases(sparsity, convolutional), ...others].flat();
  const isOwn = ({ init: one, distribution, base, guided: led }: CompareMethod): boolean =>
    one === init && distribution === own && base === undefined && (led ?? false) === ownGuided;
  const offered = [...all.filter(isOwn), ...all.filter((method) => !isOwn(method))];
  const usual = of(own).filter((method) => ['base', 'ai', 'eoi'].includes(method.init));
  // What was chosen of another config may not be offered here at all.
  const still = last?.filter((method) => offered.some((one) => sameMethod(one, method))) ?? [];
  const wanted = still.length > 0 ? still : usual;
  return offered.map((method) => ({
    ...method,
    own: isOwn(method),
    picked: isOwn(method) || wanted.some((one) => sameMethod(one, method)),
  }));
};

const isBase = (value: unknown): value is Sparsity['base'] => typeof value === 'string' && Object.hasOwn(bases, value);

const isMethod = (value: unknown): value is CompareMethod => {
  if (typeof value !== 'object' || value === null) return false;
  const { distribution, init, base, fan, guided } = value as Record<keyof CompareMethod, unknown>;
  return (
    distributions.some((known) => known === distribution) &&
    inits.some((one) => one === init) &&
    (base === undefined || isBase(base)) &&
    (fan === undefined || fan === 'dense' || fan === 'sparse') &&
    (guided === undefined || typeof guided === 'boolean')
  );
};

/** The words of a method alone, without what else was kept or offered with it. */
export const methodOf = ({ distribution, init, base, fan, guided }: CompareMethod): CompareMethod => ({
  distribution,
  init,
  ...(base && { base }),
  ...(fan && { fan }),
  ...(guided !== undefined && { guided }),
});

/** A list of methods that was kept somewhere, possibly by another version; `undefined` when it is none. */
export const parseMethods = (kept: unknown): CompareMethod[] | undefined => {
  if (!Array.isArray(kept)) return undefined;
  const methods = kept.filter(isMethod).map(methodOf);
  return methods.length > 0 ? methods : undefined;
};
