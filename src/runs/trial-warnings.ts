/**
 * What a trial is told of beside its figures: what a run of its config says to a person, as far as it is about the
 * result. What any run of this machine or this data would say is not.
 */
import { checkConfig } from '../config/check';
import { maxConfigBytes } from '../config/format';
import { configTooLarge } from '../config/invalid';
import { isSparseError } from '../core/errors';
import { readText } from '../formats/text-file';
import type { RunEvent, RunRecord, WarningEvent } from '../protocol/run';
import type { TrialResult } from '../protocol/sweep';
import { withOtherLayers } from '../protocol/words';
import type { RunFolder } from './folder';

type Warning = NonNullable<TrialResult['warnings']>[number];

/** Of training that went wrong, or went on from less than there was, or on another backend. */
const ofResult = new Set(
  [
    'training-diverges',
    'checkpoint-unusable',
    'init-unusable',
    'backend-lost',
    'backend-changed',
    'kernels-changed',
    'steps-missing',
  ].map((code) => `engine.${code}`),
);
const isOfResult = (code: string): boolean => code.startsWith('sharing.') || ofResult.has(code);

/** Where they are of layers one of a kind: the first, with how many others. */
function told(events: readonly RunEvent[]): Warning[] {
  const all = events.filter((event): event is WarningEvent => event.type === 'warning' && isOfResult(event.code));
  return all.flatMap(({ code, message, layer }, i) => {
    if (layer === undefined) return { code, message };
    const alike = all.filter((other) => other.code === code && other.layer !== undefined);
    return alike[0] === all[i] ? { code, message: withOtherLayers(message, alike.length - 1) } : [];
  });
}

const predictions = new Set(['config.divergence-predicted', 'config.standstill-predicted']);

/** What the config alone predicts of it; nothing of one that cannot be read any more: it was refused, or run. */
async function predicted(folder: RunFolder): Promise<Warning[]> {
  try {
    // JSON is YAML: the copy has one name whatever the config was written in.
    const { issues } = checkConfig(await readText(folder.configFile, maxConfigBytes, configTooLarge), 'yaml');
    return issues.filter(({ code }) => predictions.has(code)).map(({ code, message }) => ({ code, message }));
  } catch (error) {
    if (!isSparseError(error)) throw error;
    return [];
  }
}

/** Predictions first. Only shared weights have any. */
export async function warningsOf(
  folder: RunFolder,
  record: RunRecord,
  events: readonly RunEvent[],
): Promise<Pick<TrialResult, 'warnings'>> {
  const warnings = [...(record.sharing ? await predicted(folder) : []), ...told(events)];
  return warnings.length > 0 ? { warnings } : {};
}
