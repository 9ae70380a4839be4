/** Runs that a prediction is held against: each network is measured once, and predicted at every point where it is trained. */
import { courseOf } from '../../../../src/core/rps/diagnosis/outcome';
import { finish } from '../../../../src/core/parts';
import { withBatches } from '../../../../src/engine/initial-network';
import { checkedConfig } from '../../../../src/engine/prepare';
import { predictedAt } from '../../../../src/engine/rps/sharpness';
import { lossesAt } from '../../../../src/engine/rps/test-points';
import type { PredictedOutcome, SharingPoint } from '../../../../src/protocol/sharing';
import { sharedStart } from '../../../../src/runs/sharing/shared-run';
import { context } from '../project';
import type { TestEngine } from '../project';
import type { Small, SmallRuns } from './small-runs';

const steps = 60;
const classes = 4;

/** What a run did: its loss never rose; it rose, but the run went on to learn; it failed. */
export type Happened = 'stable' | 'unstable' | 'failed';

export interface Outcome extends SharingPoint {
  predicted: PredictedOutcome;
  happened: Happened;
  outcome: string;
}

export const agrees: Record<PredictedOutcome, Happened> = { safe: 'stable', band: 'unstable', unsafe: 'failed' };

async function lossesOf(runs: SmallRuns, small: Small): Promise<number[]> {
  const { configText, ...source } = runs.source(small);
  const own = { ...source, ...(await checkedConfig(configText, source.configPath)) };
  return withBatches(own, context(), ({ train }) => lossesAt(own, steps, train, context()));
}

function happenedOf(losses: readonly number[]): Pick<Outcome, 'happened' | 'outcome'> {
  const { outcome } = courseOf(losses, classes);
  if (outcome === 'diverged' || outcome === 'collapsed') return { outcome, happened: 'failed' };
  // More than rounding.
  const rose = losses.some((loss, step) => step > 0 && loss > 1.0001 * losses[step - 1]);
  return { outcome, happened: rose ? 'unstable' : 'stable' };
}

/** `sharingAt`: of a scale of the memory. Under Adam nothing is measured, as nothing is predicted by it. */
export async function outcomesOf(
  { runs, engine }: { runs: SmallRuns; engine: TestEngine },
  small: Omit<Small, 'sharing' | 'learningRate'>,
  sharingAt: (initStd: number) => string,
  { measuredAt, initStds, learningRates }: { measuredAt: number; initStds: number[]; learningRates: number[] },
): Promise<Outcome[]> {
  const measured = runs.source({ ...small, sharing: sharingAt(measuredAt), learningRate: 1e-3 });
  const { config, plan } = await checkedConfig(measured.configText, measured.configPath);
  const { run } = finish(sharedStart(config, plan));
  const { sharpness } = await engine.api.diagnoseSharing({ ...measured, level: 'sharpness' }, context());
  const found: Outcome[] = [];
  for (const initStd of initStds)
    for (const learningRate of learningRates) {
      const losses = await lossesOf(runs, { ...small, sharing: sharingAt(initStd), learningRate });
      const point = { initStd, learningRate };
      const predicted = predictedAt(run, { value: sharpness!.value, rest: sharpness!.rest! }, point);
      found.push({ ...point, predicted, ...happenedOf(losses) });
    }
  return found;
}
