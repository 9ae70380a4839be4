/** What the page of the theory says. */
import type { DataKind } from '../../../src/core/rps/theory/data';
import type { Estimator } from '../../../src/core/rps/theory/estimators';
import { count, figure, many } from '../../format';
import { withinErrors, type Agreement, type Cell, type Question, type Settings } from './experiment';
import { numbersFor, type NumberName, type NumberRule } from './numbers';

export const words = {
  title: 'Sharing Theory',
  stem: 'sharing-theory',
  question: 'Question',
  questions: { inner: 'Inner Product', learned: 'Learned Memory' } satisfies Record<Question, string>,
  data: 'Data',
  kinds: {
    isotropic: 'isotropic',
    'power-law': 'power law',
    duplicated: 'duplicated groups',
    'low-rank': 'low rank',
  } satisfies Record<DataKind, string>,
  /** `what`: as a sentence names it. */
  numbers: {
    n: { label: 'Weights n', what: 'number of weights' },
    m: { label: 'Memory m', what: 'size of the memory' },
    group: { label: 'Group', what: 'size of a group' },
    noise: { label: 'Own share', what: 'share of the variance that is a feature’s own' },
    rank: { label: 'Rank', what: 'rank' },
    exponent: { label: 'Exponent', what: 'exponent' },
    seed: { label: 'Seed', what: 'seed' },
  } satisfies Record<NumberName, { label: string; what: string }>,
  again: 'Other Seed',
  estimator: 'Estimator',
  estimators: {
    'count-sketch': 'count-sketch',
    fold: 'fold',
    'random-pruning': 'random pruning',
    magnitude: 'magnitude',
  } satisfies Record<Estimator, string>,
  chart: {
    inner: {
      label: 'Mean squared error of the inner product by size of the memory',
      title: 'Mean squared error, of |θ|²|x|²',
    },
    learned: { label: 'Excess risk of the trained memory by its size', title: 'Excess risk, of that without a memory' },
  } satisfies Record<Question, { label: string; title: string }>,
  memory: 'numbers kept, m',
  formula: 'formula',
  drawnSeries: 'drawn',
  badNumber: (text: string, name: NumberName, { fewest, most, whole }: NumberRule) => {
    const bounds = most === Number.MAX_SAFE_INTEGER ? `from ${fewest}` : `from ${fewest} to ${most}`;
    return `"${text}" is no ${words.numbers[name].what}: use a ${whole ? 'whole ' : ''}number ${bounds}.`;
  },
  progress: (done: number, all: number) => `${count(done)} of ${count(all)} figures drawn`,
  done: (agreeing: number, all: number) =>
    all === 0
      ? 'All figures are drawn; no formula is known for these data'
      : agreeing === all
        ? `All ${count(all)} formulas agree with what was drawn, within ${withinErrors} standard errors`
        : `${count(agreeing)} of ${count(all)} formulas agree with what was drawn, within ${withinErrors} standard errors`,
  table: {
    name: 'Figures',
    caption: (settings: Settings) => `${words.questions[settings.question]}: ${settingsText(settings)}`,
  },
  at: (m: number) => `Memory of ${many(m, 'number')}`,
  columns: {
    m: 'm',
    estimator: 'estimator',
    closed: 'formula',
    drawn: 'drawn mean',
    error: 'standard error',
    trials: 'draws',
    distance: 'distance in standard errors',
    agreement: 'agreement',
  },
  agreement: {
    agrees: 'agrees',
    differs: 'differs',
    drawing: 'drawing',
    'no-formula': 'no formula known',
  } satisfies Record<Agreement, string>,
  help: {
    title: 'Sharing Theory',
    text: [
      'A linear model with n weights θ keeps m numbers: shared through a hash (count-sketch, as HashedNet; fold, as STABLE-RPS), or those of m weights, pruned at random or by magnitude.',
      'Inner Product: ⟨θ, x⟩ is estimated from the memories of θ and x. All but magnitude are unbiased; the lines are the exact variance for this θ and x, the points the mean squared error of draws, with two standard errors each way.',
      'Learned Memory: the m numbers are trained to the optimum, and the excess risk that is left is drawn; lines where a formula is known.',
      'On average over isotropic data a fold ties random pruning. Sharing wins where features are correlated or one product dominates; magnitude needs to know θ. The formulas are derived here and checked by drawing; they are not quoted from a paper.',
      'Duplicated groups: so many features are the same but for a share of the variance that is their own. Power law: feature i has the variance i to the power of minus the exponent. Low rank: so many directions make all features.',
      'The seed fixes θ, the data and every draw.',
    ],
    keys: [
      ['← →', 'Move the cursor over the sizes of the memory'],
      ['Enter', 'Choose the size under the cursor'],
      ['m', 'The next estimator'],
      ['q', 'The other question'],
    ],
  },
} as const;

/** `duplicated groups data, n 128, group 8, own share 0.001, seed 1`. */
export const settingsText = (settings: Settings): string => {
  const { data, n } = settings;
  const others = numbersFor(data).filter((name) => name !== 'n' && name !== 'm');
  const told = others.map((name) => `${words.numbers[name].label.toLowerCase()} ${settings[name]}`);
  return [`${words.kinds[data]} data`, `n ${count(n)}`, ...told].join(', ');
};

const inner: Record<Estimator, string> = {
  'count-sketch': '(|θ|²|x|² + ⟨θ, x⟩² − 2 Σ θᵢ²xᵢ²) / m',
  fold: '(|θ|²|x|² + ⟨θ, x⟩² − Σ over partitions p of (|θₚ|²|xₚ|² + ⟨θₚ, xₚ⟩²)) / m',
  'random-pruning': '(n − m) / (m (n − 1)) · (n Σ aᵢ² − (Σ aᵢ)²), aᵢ = θᵢxᵢ',
  magnitude: '(Σ of θᵢxᵢ over the n − m smallest |θᵢ|)²',
};

const isotropic: Record<Estimator, string> = {
  'count-sketch': '1 − (m/n)(1 − (1 − 1/m)ⁿ)',
  fold: '1 − m/n where m divides n; else 1 − Σ θᵢ² E[1/nⱼ] / |θ|²',
  'random-pruning': '1 − m/n',
  magnitude: 'Σ of θᵢ² over the n − m smallest / |θ|²',
};

const powerLaw: Record<Estimator, string> = {
  'count-sketch': '1 − Σ vᵢ²θᵢ² ∫ e^(−t vᵢ) Π over k ≠ i of (1 − 1/m + e^(−t vₖ)/m) dt / Σ vᵢθᵢ²',
  fold: '1 − Σ vᵢ²θᵢ² ∫ e^(−t vᵢ) Π over other partitions p of (mean of e^(−t vₖ) over p) dt / Σ vᵢθᵢ²',
  'random-pruning': '1 − m/n',
  magnitude: 'Σ of σᵢ²θᵢ² over the n − m smallest |θᵢ| / Σ σᵢ²θᵢ²',
};

const left =
  'Σ over groups of ν|θ_P|² + ν(1 − ν)/(ν + (1 − ν)k) · (Σ θ_P)² / θᵀΣθ, P what is pruned of a group, k what is kept';

const duplicated: Partial<Record<Estimator, string>> = {
  'random-pruning': `${left}; its mean over k (hypergeometric)`,
  magnitude: left,
};

const none = 'min over ψ of (θ − Rψ)ᵀ Σ (θ − Rψ) / θᵀΣθ: drawn only, no formula for its mean is known';
/** Why not. */
const coupled = `${none}, as locations depend on each other by the groups they share`;
const unused = `${none}, as locations without a weight leave too few directions by chance`;

/** The formula of an estimator's figure, as far as there is one. */
export const formulaOf = ({ question, data, rank, n }: Settings, estimator: Estimator): string => {
  if (question === 'inner') return inner[estimator];
  if (data === 'isotropic') return isotropic[estimator];
  if (data === 'power-law') return powerLaw[estimator];
  if (data === 'duplicated') return duplicated[estimator] ?? coupled;
  return estimator === 'count-sketch' ? unused : `0 once m is ${Math.min(rank, n)} or more; else ${none}`;
};

const value = (of: number | null): string => (of === null ? '–' : figure(of));

export const cellText = ({ estimator, m, closed, drawn }: Cell): string =>
  `${words.estimators[estimator]}, m ${count(m)}: formula ${value(closed)}` +
  (drawn ? ` · drawn ${figure(drawn.mean)} ± ${figure(drawn.standardError)}` : ` · ${words.agreement.drawing}`);
