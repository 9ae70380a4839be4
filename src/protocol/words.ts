/**
 * What the editor's own parts, the webviews and the report all say: one wording, so that a badge reads the same
 * everywhere.
 */
import { count, plural } from '../core/figure';
import { isometry } from '../core/spectrum';
import type { Spread } from '../core/stats';
import type { CompareMethod } from './compare';
import type { EngineInfo, GoesOnFrom } from './engine';
import type { InitDetails, LayerSummary, RunRecord, RunState, SpectrumSummary, UsageEvent } from './run';
import { figures } from './sweep';
import type { Figure, TrialGroup } from './sweep';

/** `mlp7-eoi · run 3` of the folder name `mlp7-eoi-3`. */
export const runTitle = (id: string): string => id.replace(/^(.+)-(\d+)$/, '$1 · run $2');

/** `wasm`; `tensorflow-gpu on Tesla T4, 13.9 GiB`. */
export const backendTitle = ({ name, device }: Pick<RunRecord['backend'], 'name' | 'device'>): string => {
  if (!device) return name;
  const memory = device.memory === undefined ? '' : `, ${(device.memory / 2 ** 30).toFixed(1)} GiB`;
  return `${name} on ${device.name}${memory}`;
};

/**
 * `eoi · erk`, `base (kaiming-normal, sparse fan) · erk`, `eoi (guided)`: the pattern says how many weights are kept.
 */
export const methodName = ({ init, distribution, base, fan, guided }: CompareMethod): string => {
  const how = [
    base,
    fan === 'sparse' ? 'sparse fan' : undefined,
    guided === undefined ? undefined : guided ? 'guided' : 'plain',
  ].filter((word) => word !== undefined);
  const drawn = how.length === 0 ? init : `${init} (${how.join(', ')})`;
  return guided ? drawn : `${drawn} · ${distribution}`;
};

const whole = (value: number): string => count(Math.round(value));

/** `2,381 examples/s, 310 MB of memory`; powers of 1000, as sizes are elsewhere in the views. */
export const usageText = ({ examplesPerSecond, rss }: UsageEvent): string =>
  `${examplesPerSecond === null ? '' : `${whole(examplesPerSecond)} examples/s, `}${whole(rss / 1e6)} MB of memory`;

export const stateWords: Record<RunState, string> = {
  starting: 'starting',
  initialising: 'initialising',
  training: 'training',
  completed: 'completed',
  cancelled: 'cancelled',
  failed: 'failed',
  interrupted: 'interrupted',
};

/** Up to as many significant digits as singular values near 1 need to be told from it. */
const mostDigits = 6;

/** `σ 0.94-1.03`: three significant digits, more only where both ends would read the same. */
const range = ({ min, max }: SpectrumSummary): string => {
  for (let digits = 3; ; digits++) {
    const [low, high] = [min, max].map((value) => String(Number(value.toPrecision(digits))));
    if (low !== high || min === max || digits === mostDigits) return `σ ${low}-${high}`;
  }
};

/** What singular values say of a layer, and for what is not isometric the numbers behind it. */
export const isometryText = (summary: SpectrumSummary): string => {
  switch (isometry(summary)) {
    case 'isometric':
      return 'isometric';
    case 'approximately-isometric':
      return `approximately isometric (${range(summary)})`;
    case 'broken': {
      const { dead } = summary;
      if (dead === 0) return `not isometric (${range(summary)})`;
      return `broken: ${count(dead)} dead ${plural(dead, 'direction')}`;
    }
  }
};

/** A descent that ends where it began differs by its rounding: only more than that is a rise. */
const rise = 1.01;

/**
 * What is to be said of a descent of `ai` that ended further from an isometry than it began; of others nothing. At a
 * constant rate that happens to starts that are one already too, dense layers say: it comes no nearer than its steps
 * are long.
 */
export const roseText = ({ initialResidual, residual }: InitDetails = {}): string | undefined => {
  if (initialResidual === undefined || residual === undefined || !(residual > rise * initialResidual)) return undefined;
  const [from, to] = [initialResidual, residual].map((value) => String(Number(value.toPrecision(3))));
  return `||WWᵀ-σ²I|| rose from ${from} to ${to}: the steps are too long; a lower sparsity.ai.learningRate ends nearer to an isometry.`;
};

/** The shape of the weight itself: (out, in), of a convolution (out, in / groups, kh, kw). */
export const weightShape = ({ shape: [rows, columns], kernel }: Pick<LayerSummary, 'shape' | 'kernel'>): number[] =>
  kernel ? [rows, columns / (kernel[0] * kernel[1]), ...kernel] : [rows, columns];

/** Of a run that was stopped; no point at its end. */
export const goesOnText = ({ step, initialised }: GoesOnFrom): string =>
  step > 0
    ? `The run goes on from step ${step}`
    : initialised
      ? 'The run goes on from its initial weights'
      : 'The run begins anew';

/** Of a run whose journal has lost lines. */
export const missingStepsText = (missing: number): string =>
  `${count(missing)} ${plural(missing, 'step')} ${missing === 1 ? 'is' : 'are'} missing: lines of events.jsonl were lost or damaged. ` +
  'Curves leave them out, and so does the training mean of an epoch in which the run went on afterwards.';

/** The sentence about a layer, of which there are more alike. */
export const withOtherLayers = (sentence: string, others: number): string =>
  others === 0 ? sentence : `${sentence} It is so of ${count(others)} more ${plural(others, 'layer')}.`;

/** `converged`, or of several seeds `2 converged, 1 diverged`; empty where none is told. */
export const outcomeWords = (outcomes: TrialGroup['outcomes'] = {}): string => {
  const found = Object.entries(outcomes);
  return found.length === 1 ? found[0][0] : found.map(([outcome, count]) => `${count} ${outcome}`).join(', ');
};

/** Figures of a sweep whose deviation over seeds is told beside the mean. */
const deviating: ReadonlySet<Figure> = new Set<Figure>([
  'accuracy',
  'loss',
  'firstLoss',
  'jacobianMin',
  'jacobianMean',
  'jacobianMax',
  'initSeconds',
  'seconds',
]);

/** n of a row: the trials that its first figure is a mean of. One that completed and lost its journal is none of them. */
export const groupSize = ({ spread }: Pick<TrialGroup, 'spread'>): number =>
  figures.map((figure) => spread[figure]).find((found) => found)?.count ?? 0;

/**
 * `93.2 ± 0.4`: mean and, where it is told, standard deviation over seeds, each in words of its own; `0.25 (n = 3)` of
 * another number of trials than the row's `n`.
 */
export const spreadWords = (
  figure: Figure,
  { count: size, mean, deviation }: Spread,
  { n, ...text }: { n: number; mean: (value: number) => string; deviation: (value: number) => string },
): string =>
  (deviation === undefined || !deviating.has(figure)
    ? text.mean(mean)
    : `${text.mean(mean)} ± ${text.deviation(deviation)}`) + (size === n ? '' : ` (n = ${size})`);

const kernelKinds = {
  wasm: 'WebAssembly with SIMD',
  'wasm-relaxed': 'WebAssembly with relaxed SIMD',
  plain: 'plain TypeScript',
} as const;

export const threadsText = (threads: number): string => (threads === 1 ? '1 thread' : `${threads} threads`);

/** What our own hot loops are compiled to and how many threads compute, or why they are not, or one does. */
export function kernelText({ kind, reason, threads, oneThread }: EngineInfo['kernels']): string {
  if (reason !== undefined) return `${kernelKinds[kind]}: ${reason}`;
  return `${kernelKinds[kind]}, ${threadsText(threads)}${threads > 1 || oneThread === undefined ? '' : `: ${oneThread}`}`;
}

/** What computes the updates of a run, with how many threads where they are its own, and why. */
export const executorText = ({ name, reason, threads, kernels }: NonNullable<RunRecord['executor']>): string =>
  `${name}${kernels === undefined ? '' : ` (${kernels})`}${threads === undefined ? '' : `, ${threadsText(threads)}`}: ${reason}`;

/** What computes a run, in two words at most: kernels of our own, with the backend of probes, or the backend alone. */
export const computedBy = ({ backend, executor }: Pick<RunRecord, 'backend' | 'executor'>): string =>
  executor?.name === 'sparse' ? `sparse, ${backendTitle(backend)}` : backendTitle(backend);

/** The backend and why, further lines about those that were passed over. */
export const backendText = (backend: RunRecord['backend']): string => `${backendTitle(backend)}: ${backend.reason}`;

/** Why, a line each. */
export const computedWhy = ({ backend, executor }: Pick<RunRecord, 'backend' | 'executor'>): string =>
  `${backendText(backend)}${executor ? `\n${executorText(executor)}` : ''}`;
