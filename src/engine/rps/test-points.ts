/**
 * Tries a prediction out: a few steps of the very training that a run would do, at each point, without a run folder.
 */
import { courseOf } from '../../core/rps/diagnosis/outcome';
import type { CallContext } from '../../protocol/rpc';
import type { SharingPoint, SharingTest, TestedPoint } from '../../protocol/sharing';
import { sharedStart } from '../../runs/sharing/shared-run';
import type { SharedStart } from '../../runs/sharing/shared-run';
import { inTurns } from '../../runs/turns';
import type { Batches } from '../data/batches';
import { badSharingTest } from '../errors';
import { drawNetwork, withBatches } from '../initial-network';
import type { Source } from '../initial-network';
import { Trainer } from '../trainer';
import { trainingSettings } from '../training';
import { turnsOf } from '../turns';
import { drawnLoss } from './diagnose';
import { measureSharpness, predictedAt } from './sharpness';
import { measuring } from './words';

const isPositive = (value: number): boolean => Number.isFinite(value) && value > 0;

/** The config at another point; a method without a scale of its memory has none to change. */
function sourceAt(source: Source, { initStd, learningRate }: SharingPoint): Source {
  const { config } = source;
  const sharing = config.sharing && {
    ...config.sharing,
    ...(config.sharing.initStd !== undefined && { initStd }),
  };
  const optimizer = { ...config.train.optimizer, learningRate };
  return { ...source, config: { ...config, ...(sharing && { sharing }), train: { ...config.train, optimizer } } };
}

/** Losses of batches of training before each step and after the last, up to the first that is not finite. */
export async function lossesAt(source: Source, steps: number, train: Batches, context: CallContext): Promise<number[]> {
  const { config, plan } = source;
  const turn = turnsOf(context);
  const { state, rule } = await drawNetwork(source, { ...context, progress: () => undefined });
  const trainer = new Trainer(plan.network, state, trainingSettings({ config, plan, rule }));
  try {
    const losses: number[] = [];
    let order: { epoch: number; batches: Batches } | undefined;
    const { learningRate } = config.train.optimizer;
    for (let step = 0; step <= steps; step++) {
      await turn();
      context.progress({ done: step, total: steps, message: config.name });
      const epoch = Math.floor(step / train.count);
      if (order?.epoch !== epoch) order = { epoch, batches: train.shuffled(config.seed, epoch) };
      const batch = await order.batches.batch(step % train.count);
      const { loss } =
        step < steps ? trainer.step(batch, { learningRate, count: step + 1 }) : trainer.measure(batch).result;
      losses.push(loss);
      if (!Number.isFinite(loss)) break;
    }
    return losses;
  } finally {
    trainer.dispose();
  }
}

/**
 * The rate of each point is held from its first step on, whatever the schedule; all else is as the config says.
 * Outcomes are those of `courseOf`.
 * @throws SparseError `engine.bad-sharing-test`, and what `diagnoseSharing` throws; RpcCancelled
 */
export async function testSharing(
  source: Source,
  { points, steps, sharpness }: SharingTest,
  context: CallContext,
): Promise<TestedPoint[]> {
  if (!Number.isSafeInteger(steps) || steps < 1) throw badSharingTest('steps', steps);
  for (const { initStd, learningRate } of points) {
    if (!isPositive(initStd)) throw badSharingTest('init-std', initStd);
    if (!isPositive(learningRate)) throw badSharingTest('learning rate', learningRate);
  }
  const { plan } = source;
  const start = await inTurns(sharedStart(source.config, plan), turnsOf(context));
  const known = sharpness ?? (await measured(source, start, context));
  return withBatches(source, context, async ({ train }) => {
    const tested: TestedPoint[] = [];
    for (const [at, point] of points.entries()) {
      const message = measuring.testing(point);
      const losses = await lossesAt(sourceAt(source, point), steps, train, {
        ...context,
        progress: ({ done }) => context.progress({ done: at * steps + done, total: points.length * steps, message }),
      });
      const { outcome, first, last } = courseOf(losses, plan.network.classes);
      const predicted = predictedAt(start.run, known, point);
      tested.push({ ...point, steps, outcome, firstLoss: first, lastLoss: last, predicted });
    }
    return tested;
  });
}

async function measured(
  source: Source,
  start: SharedStart,
  context: CallContext,
): Promise<NonNullable<SharingTest['sharpness']>> {
  const loss = await drawnLoss(source, start, context);
  const { memory, rest, converged } = await inTurns(measureSharpness(loss, context), turnsOf(context));
  return { value: memory.value, rest, converged };
}
