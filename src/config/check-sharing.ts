/** Whether what `sharing` says goes together, and what it is predicted to come to. */
import { unusedLimit } from '../core/rps/diagnosis/loads';
import { fixes } from '../core/rps/diagnosis/finding';
import type { Fix } from '../core/rps/diagnosis/finding';
import { expectedUnused } from '../core/rps/unused';
import { keyEdits } from './edit';
import type { KeyEdit } from './edit';
import type { Finding, PathFinding } from './finding';
import type { Suggestion } from './issues';
import { outcomeOf, predictedSteps } from './predicted-steps';
import type { Reading } from './parse';
import { hasInitStd } from './sharing';
import * as errors from './sharing-errors';
import type { SharingPlan } from './sharing-plan';
import type { Config, SharingConfig } from './types';

/** One way out: its words, and the keys that are set. */
interface Way {
  text: string;
  edits: KeyEdit[];
}

const wayOf = (text: string, { edits }: Pick<Fix, 'edits'>, reading: Reading): Way => ({
  text,
  edits: keyEdits(edits, (path) => reading.place(path).exact),
});

const use = (words: string): string => `Use ${words}`;

/** With the mapping as it is: that of stable-rps where none is written. */
function roastWay(reading: Reading): Way {
  const edits = [{ path: 'sharing.method', value: 'roast' }];
  if (reading.place('sharing.mapping').exact) return { text: use('method: roast'), edits };
  return wayOf(use('method: roast with mapping: fold'), { edits: [...edits, ...fixes.fold.edits] }, reading);
}

const without = (path: string): Pick<Fix, 'edits'> => ({ edits: [{ path, value: null }] });

/** The finding with its ways out, the first the one to take. */
function withWays(finding: Finding, ways: readonly Way[], reading: Reading): Finding {
  const found = ways
    .map(({ text, edits }) => reading.setting(text, edits))
    .filter((way): way is Suggestion => way !== undefined);
  return { ...finding, suggestion: found.at(0), others: found.slice(1) };
}

/** Keys of one method at another. */
function misused(sharing: SharingConfig, config: Config, reading: Reading): PathFinding[] {
  const found: PathFinding[] = [];
  const { method, scaler } = sharing;
  if (!hasInitStd(sharing)) {
    const path = 'sharing.initStd';
    const ways = [wayOf('Remove initStd', without(path), reading), roastWay(reading)];
    if (reading.place(path).exact) found.push({ ...withWays(errors.initStdOfStable(), ways, reading), path });
  }
  if (method === 'stable-rps' && scaler !== 'theory') {
    const path = 'sharing.scaler';
    const ways = [wayOf('Remove scaler', without(path), reading), roastWay(reading)];
    found.push({ ...withWays(errors.scalerOfStable(scaler), ways, reading), path });
  }
  const { rewind, optimizer } = config.train;
  if (rewind.levels > 0) found.push({ ...errors.sharingWithRewind(), path: 'train.rewind.levels' });
  if (optimizer.name !== 'sgd' && !['theory', 'none'].includes(scaler)) {
    const path = 'sharing.scaler';
    const ways = [
      wayOf(use('scaler: theory'), fixes.theory, reading),
      wayOf(use('method: stable-rps'), fixes.stable, reading),
    ];
    found.push({ ...withWays(errors.scalerWithAdam(optimizer.name, scaler), ways, reading), path });
  }
  return found;
}

/** Three digits: what a person would type. */
const typed = (value: number): number => Number(value.toPrecision(3));

function predicted(config: Config, plan: SharingPlan, reading: Reading): PathFinding[] {
  const steps = predictedSteps(config, plan);
  const outcome = steps && outcomeOf(steps, config);
  if (!outcome) return [];
  const initStd = config.sharing!.initStd!;
  const neutral = typed(steps.neutral);
  const ways = [
    wayOf('method: stable-rps', fixes.stable, reading),
    wayOf('scaler: theory', fixes.theory, reading),
    { text: `initStd: ${neutral}`, edits: [{ path: 'sharing.initStd', value: neutral }] },
  ];
  const say = outcome === 'diverges' ? errors.divergencePredicted : errors.standstillPredicted;
  const finding = say(
    initStd,
    steps,
    ways.map(({ text }) => text),
  );
  const titled = ways.map((way) => ({ ...way, text: use(way.text) }));
  return [{ ...withWays(finding, titled, reading), path: 'sharing.initStd' }];
}

function unused(plan: SharingPlan, reading: Reading): PathFinding[] {
  const share = expectedUnused(plan);
  if (share <= unusedLimit) return [];
  const ways = [wayOf(use('mapping: fold'), fixes.fold, reading)];
  return [{ ...withWays(errors.memoryUnused(plan.spec.kind, share), ways, reading), path: 'sharing.mapping' }];
}

/** `plan`: where there is one. */
export function checkSharing(config: Config, plan: SharingPlan | undefined, reading: Reading): PathFinding[] {
  const { sharing } = config;
  if (!sharing) return [];
  const found = misused(sharing, config, reading);
  return plan ? [...found, ...predicted(config, plan, reading), ...unused(plan, reading)] : found;
}
