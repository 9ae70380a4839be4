/** What the trials of a sweep came to: read from their run folders, joined over seeds. */
import { isSparseError } from '../core/errors';
import { courseOf } from '../core/rps/diagnosis/outcome';
import { spread } from '../core/stats';
import type { LayerSummary, RunEvent, RunRecord } from '../protocol/run';
import { figures } from '../protocol/sweep';
import type { SweepTrialRecord, TrialFigures, TrialGroup, TrialResult } from '../protocol/sweep';
import { readJournal } from './journal';
import type { RunFolder } from './folder';
import { warningsOf } from './trial-warnings';

/** The key whose values are repetitions, not other experiments. */
const repeated = 'seed';

const ofType = <T extends RunEvent['type']>(events: readonly RunEvent[], type: T): Extract<RunEvent, { type: T }>[] =>
  events.filter((event): event is Extract<RunEvent, { type: T }> => event.type === type);

const weightsOf = (layers: readonly LayerSummary[]): number =>
  layers.reduce((sum, { shape: [rows, columns] }) => sum + rows * columns, 0);

/** Weights of the layers that are kept at last. */
function keptOf(layers: readonly LayerSummary[], events: readonly RunEvent[]): number {
  const kept = new Map(ofType(events, 'masks').flatMap((event) => event.layers.map((one) => [one.layer, one.kept])));
  return layers.reduce((sum, { name, nonZeros }) => sum + (kept.get(name) ?? nonZeros), 0);
}

/** Kept at last, of all weights of the layers that are masked. */
function densityOf(layers: readonly LayerSummary[], events: readonly RunEvent[]): number | undefined {
  const weights = weightsOf(layers);
  return weights === 0 ? undefined : keptOf(layers, events) / weights;
}

/**
 * A shared weight is stored in the memory, with those of an embedding that is shared; the layers list none of these.
 */
function storedOf({ layers, sharing }: RunRecord, events: readonly RunEvent[]): number | undefined {
  if (layers.length === 0) return undefined;
  if (!sharing) return keptOf(layers, events);
  const { n, m, embedded = 0 } = sharing;
  return m + Math.max(0, weightsOf(layers) - (n - embedded));
}

/** Seconds between events, without the pause before the run was taken up again. */
const workedFor = (events: readonly RunEvent[]): number =>
  events.reduce((sum, event, i) => {
    const resumed = event.type === 'state' && event.state === 'starting';
    return i === 0 || resumed ? sum : sum + (event.at - events[i - 1].at) / 1000;
  }, 0);

const largest = (values: readonly number[]): number | undefined =>
  values.length > 0 ? Math.max(...values) : undefined;

const isometry = ({ singularValues: { min, max } }: LayerSummary): number =>
  Math.max(Math.abs(1 - min), Math.abs(max - 1));

function figuresOf(record: RunRecord, events: readonly RunEvent[]): TrialFigures {
  const { layers } = record;
  const last = ofType(events, 'epoch').at(-1);
  const masked = layers.filter(({ dense }) => !dense);
  // A layer that takes no part in the sparsity says nothing of its method.
  const timed = masked.filter(({ seconds }) => seconds !== undefined);
  const jacobian = ofType(events, 'jacobian').find(({ step }) => step === 0)?.summary;
  const all: { [K in keyof TrialFigures]: TrialFigures[K] | undefined } = {
    accuracy: last?.validationAccuracy,
    loss: last?.validationLoss,
    firstLoss: ofType(events, 'step').find(({ step }) => step === 1)?.loss,
    density: densityOf(masked, events),
    stored: storedOf(record, events),
    orthogonalityError: largest(masked.map(({ orthogonalityError }) => orthogonalityError)),
    isometryError: largest(masked.map(isometry)),
    dead: masked.length > 0 ? masked.reduce((sum, { singularValues }) => sum + singularValues.dead, 0) : undefined,
    jacobianMin: jacobian?.min,
    jacobianMean: jacobian?.mean,
    jacobianMax: jacobian?.max,
    initSeconds: timed.length > 0 ? timed.reduce((sum, { seconds = 0 }) => sum + seconds, 0) : undefined,
    seconds: events.length > 0 ? workedFor(events) : undefined,
  };
  const found = Object.entries(all) as [string, number | undefined][];
  return Object.fromEntries(found.filter(([, value]) => value !== undefined));
}

/** What the numbers have left once it is told of a run that shares weights. */
const left = 'sharing.not-finite';

/** A run that was stopped by anything but its numbers says nothing of what it would have come to. */
function outcomeOf(record: RunRecord, events: readonly RunEvent[]): Pick<TrialResult, 'outcome'> {
  const { sharing, state, error, network } = record;
  const lost = state === 'failed' && error?.code === left;
  const losses = ofType(events, 'step').map(({ loss }) => loss);
  if (!sharing || !(state === 'completed' || lost) || (losses.length === 0 && !lost)) return {};
  return { outcome: courseOf(lost ? [...losses, NaN] : losses, network.classes).outcome };
}

/** How a trial stands; what cannot be read of it is told as its error. */
export async function trialResult(folder: RunFolder, { id, values }: SweepTrialRecord): Promise<TrialResult> {
  try {
    const record = await folder.readRecord();
    const { state, error } = record;
    const events = await readJournal(folder.journalFile).catch((cause: unknown) => {
      // A trial that was refused has a record alone.
      if (isSparseError(cause) && cause.code === 'file.not-found') return [];
      throw cause;
    });
    const found = figuresOf(record, events);
    return {
      id,
      values,
      state,
      ...(error && { error }),
      ...(await warningsOf(folder, record, events)),
      ...outcomeOf(record, events),
      ...found,
    };
  } catch (cause) {
    if (!isSparseError(cause)) throw cause;
    if (cause.code === 'runs.no-record') return { id, values, state: 'waiting' };
    return { id, values, state: 'failed', error: { code: cause.code, message: cause.message } };
  }
}

function outcomesOf(group: readonly TrialResult[]): Pick<TrialGroup, 'outcomes'> {
  const outcomes: NonNullable<TrialGroup['outcomes']> = {};
  for (const { outcome } of group) if (outcome) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  return Object.keys(outcomes).length > 0 ? { outcomes } : {};
}

/** Trials that differ only in the seed, in the order of their first. */
export function groupTrials(
  keys: readonly string[],
  trials: readonly TrialResult[],
): { keys: string[]; groups: TrialGroup[] } {
  const shown = keys.flatMap((key, index) => (key === repeated ? [] : [index]));
  const groups = new Map<string, TrialResult[]>();
  for (const trial of trials) {
    const name = JSON.stringify(shown.map((index) => trial.values[index]));
    groups.set(name, [...(groups.get(name) ?? []), trial]);
  }
  return {
    keys: shown.map((index) => keys[index]),
    groups: [...groups.values()].map((group) => {
      const completed = group.filter(({ state }) => state === 'completed');
      const spreads = figures.flatMap((figure) => {
        const found = spread(completed.flatMap((trial) => trial[figure] ?? []));
        return found ? [[figure, found] as const] : [];
      });
      return {
        values: shown.map((index) => group[0].values[index]),
        trials: group.map(({ id }) => id),
        completed: completed.length,
        failed: group.filter(({ state }) => state === 'failed').length,
        ...outcomesOf(group),
        spread: Object.fromEntries(spreads),
      };
    }),
  };
}
