/**
 * Diagnoses a config that shares weights: from its text alone, with one batch, or with the sharpness. Nothing is
 * written.
 */
import type { Parts } from '../../core/parts';
import { batchFiguresInParts, diagnoseBatch, diagnoseCurvature } from '../../core/rps/diagnosis/batch';
import type { BatchFigures } from '../../core/rps/diagnosis/batch';
import { denseStep, firstStepInParts } from '../../core/rps/diagnosis/first-step';
import type { SharingLevel, SharingReport } from '../../protocol/sharing';
import { findingText } from '../../protocol/sharing-words';
import type { CallContext } from '../../protocol/rpc';
import { inOrder, staticReport } from '../../runs/sharing/report';
import { sharedStart } from '../../runs/sharing/shared-run';
import type { SharedStart } from '../../runs/sharing/shared-run';
import { inTurns } from '../../runs/turns';
import { drawNetwork, firstBatch } from '../initial-network';
import type { Source } from '../initial-network';
import { turnsOf } from '../turns';
import { sharedLoss } from './shared-loss';
import type { SharedLoss } from './shared-loss';
import { sharpnessPart } from './sharpness';
import type { Measured } from './sharpness';
import { measuring } from './words';

/**
 * The initial network of the config and the first training batch of its run. Each level has what is below it.
 * @throws SparseError `runs.not-sharing`, `rps.*`, `linalg.product-non-finite`, as `loadData` and `drawNetwork`;
 * RpcCancelled
 */
export async function diagnoseSharing(
  source: Source,
  level: SharingLevel,
  context: CallContext,
): Promise<SharingReport> {
  const turn = turnsOf(context);
  context.progress({ done: 0, total: 1, message: measuring.static });
  const report = await inTurns(staticReport(source.config, source.plan), turn);
  if (level === 'static') return report;
  const start = await inTurns(sharedStart(source.config, source.plan), turn);
  const loss = await drawnLoss(source, start, context);
  context.progress({ done: 0, total: 1, message: measuring.batch });
  const batch = await inTurns(batchPart(loss, report), turn);
  const sharp = level === 'sharpness' ? await inTurns(sharpnessPart(loss, context), turn) : undefined;
  const added = [...batch.findings, ...(sharp?.findings ?? [])].map(findingText);
  return { ...report, ...batch.report, ...sharp?.report, findings: inOrder([...report.findings, ...added]) };
}

/** The network is drawn as a run would, and reads its first batch. */
export async function drawnLoss(source: Source, start: SharedStart, context: CallContext): Promise<SharedLoss> {
  const batch = await firstBatch(source, context);
  const network = await drawNetwork(source, context);
  return inTurns(sharedLoss(source, start, network, batch), turnsOf(context));
}

function* batchPart(loss: SharedLoss, report: SharingReport): Parts<Measured> {
  const { run, batch } = loss;
  const value = yield* loss.loss();
  const byName = yield* loss.gradients();
  const gradients = loss.shared.map((name) => Float32Array.from(byName.get(name)!));
  const figures = yield* batchFiguresInParts(run, gradients, loss.weights);
  const curvature = yield* curvatureAlong(loss, byName, gradients);
  const { updateRatio, keptEnergy, cosine } = figures.total;
  return {
    findings: [
      ...diagnoseBatch(run, figures, report.load.unused),
      ...(curvature === null ? [] : [diagnoseCurvature(run, curvature)]),
    ],
    report: {
      layers: withBatch(report.layers, figures),
      batch: {
        ...{ examples: batch.size, loss: value, cosine, curvature },
        ...{ updateRatio: updateRatio ?? 0, keptEnergy: keptEnergy ?? 0 },
      },
    },
  };
}

/** Where a ratio is of nothing, as no gradient comes there, it is 0. */
const withBatch = (layers: SharingReport['layers'], figures: BatchFigures): SharingReport['layers'] =>
  layers.map((layer, l) => {
    const { updateRatio, denseUpdateRatio, amplification, keptEnergy, cosine } = figures.layers[l];
    return {
      ...layer,
      batch: {
        ...{ updateRatio: updateRatio ?? 0, denseUpdateRatio: denseUpdateRatio ?? 0 },
        ...{ amplification: amplification ?? 0, keptEnergy: keptEnergy ?? 0, cosine },
      },
    };
  });

/** dᵀHd / gᵀd along the first step d, of the memory and of what is not shared; null where there is no gradient. */
function* curvatureAlong(
  loss: SharedLoss,
  byName: ReadonlyMap<string, Float64Array>,
  gradients: readonly Float32Array[],
): Parts<number | null> {
  const { run } = loss;
  const { step } = yield* firstStepInParts(run, gradients);
  const direction = new Map<string, Float32Array | Float64Array>(yield* loss.recovered(step));
  for (const name of loss.rest)
    direction.set(
      name,
      byName.get(name)!.map((gradient) => denseStep(run, gradient)),
    );
  const along = dotOf(direction, byName);
  if (!(along > 0)) return null;
  return dotOf(direction, yield* loss.product(direction)) / along;
}

function dotOf(a: ReadonlyMap<string, Float32Array | Float64Array>, b: ReadonlyMap<string, Float64Array>): number {
  let sum = 0;
  for (const [name, values] of a) {
    const others = b.get(name)!;
    for (let i = 0; i < values.length; i++) sum += values[i] * others[i];
  }
  return sum;
}
