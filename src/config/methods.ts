/** What the methods a config can name have in common. */
import type { Config } from './types';

export type Sparsity = Config['sparsity'];
export type Distribution = Sparsity['distribution'];

const scored = ['random', 'magnitude', 'snip', 'grasp', 'synflow'] as const satisfies readonly Distribution[];
export type ScoredDistribution = (typeof scored)[number];

/** Whether scores of the weights decide what is kept, not the shapes of the layers. */
export const isScored = (distribution: Distribution): distribution is ScoredDistribution =>
  (scored as readonly Distribution[]).includes(distribution);

/** Whether a dense initialisation has a variance by fan-in, which can count the kept weights instead of all. */
export const scalesByFan = (base: Sparsity['base']): boolean => base.endsWith('-normal');

/** Whether weights are products of rotations, exactly orthogonal. */
export const isRotated = (init: Sparsity['init']): init is 'eoi' | 'eis' => init === 'eoi' || init === 'eis';

/** Whether kernels are kept whole, wherever the matrix at their centre is not 0. */
export const keepsWholeKernels = ({ init }: Sparsity): boolean => init === 'eis';

/** The pattern that leads exact orthogonal initialisation, where one does. */
export const guideOf = ({ init, eoi, update }: Sparsity): Sparsity['eoi']['pattern'] =>
  isRotated(init) && !startsDense(update) ? eoi.pattern : undefined;

/** What shares the density among the layers: none where a pattern says it, or where all weights are there at first. */
export const sharedBy = (sparsity: Sparsity): Distribution | undefined =>
  guideOf(sparsity) || startsDense(sparsity.update) ? undefined : sparsity.distribution;

/** What the levels of lottery tickets leave of all maskable weights, nearly: each prunes a share of what is left. */
export const lastTicket = ({ sparsity, train: { rewind } }: Config): { density: number; levels: number } | undefined =>
  rewind.levels === 0
    ? undefined
    : { density: sparsity.density * (1 - rewind.fraction) ** rewind.levels, levels: rewind.levels };

/** Whether the scores are of a loss, so that training examples are needed before there are masks. */
export const needsExamples = (distribution: Distribution): boolean =>
  distribution === 'snip' || distribution === 'grasp';

/** Whether all weights are there at first and are pruned while the network is trained. */
export const startsDense = ({ method }: Sparsity['update']): boolean =>
  method === 'gradual-magnitude' || method === 'one-shot';

/** What is left of all maskable weights, and after which share of the updates, where all are there at first. */
export const laterTarget = ({
  density,
  update,
}: Sparsity): { density: number; method: string; until: number } | undefined =>
  startsDense(update) ? { density, method: update.method, until: update.until } : undefined;
