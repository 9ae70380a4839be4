/** Whether a preset is for this data, and can have the sizes that it is given. */
import { needsPicture, presetSizes, presetTakes, presetTakesEach, widthsByDepth } from '../core/presets';
import type { PresetName } from '../core/presets';
import type { PathFinding } from './finding';
import * as errors from './model-errors';
import type { Task } from './model-network';
import type { Config } from './types';

/** A preset that is not for this data, a depth that it cannot have, or more or fewer widths or blocks than it has. */
export function checkPreset(model: Config['model'], task: Task, source: string): PathFinding[] {
  const { preset, depth: written } = model;
  if (preset === undefined) return [];
  if (!task.picture && needsPicture(preset))
    return [{ ...errors.presetNeedsPicture(preset, task.inputs, source), path: 'model.preset' }];
  const range = presetTakes(preset, 'depth');
  const { depth } = presetSizes(preset, model);
  if (range && written !== undefined && (depth < range.min || depth > range.max))
    return [{ ...errors.depthNotPossible(preset, depth, range.min, range.max), path: 'model.depth' }];
  return (['widths', 'blocks'] as const).flatMap((key) => wrongCount(model, preset, key));
}

function wrongCount(model: Config['model'], preset: PresetName, key: 'widths' | 'blocks'): PathFinding[] {
  const given = model[key]?.length;
  if (given === undefined || !presetTakesEach(preset, key)) return [];
  const path = `model.${key}`;
  const has = (depth: number | undefined): number => presetSizes(preset, { ...(depth && { depth }) })[key].length;
  const range = presetTakes(preset, 'depth');
  if (key === 'blocks' || !range || !widthsByDepth(preset) || model.depth !== undefined)
    return given === has(model.depth)
      ? []
      : [{ ...errors.wrongCountOfEach(preset, key, given, has(model.depth), model.depth), path }];
  const [least, most] = [has(range.min), has(range.max)];
  return given >= least && given <= most ? [] : [{ ...errors.tooFewWidths(preset, given, least, most), path }];
}
