/** What is said of a place in a config: what the key means and what it comes to. */
import type { CheckedConfig } from '../../config/checked';
import { possibleSteps } from '../../config/possible-steps';
import { describeKey } from '../../config/describe';
import { stepText } from '../../config/memory-errors';
import { sharingTexts } from '../../config/sharing-words';
import { valueAt } from '../../config/tree';
import type { Range } from '../../config/issues';
import type { NetworkPlan } from '../../config/plan';
import type { Config } from '../../config/types';
import { layersTable, planTable } from './plan-table';
import { words } from './words';

/** Keys on which the whole network depends. */
const ofTheNetwork = new Set([
  'model',
  'model.preset',
  'model.depth',
  'model.width',
  'model.widths',
  'model.blocks',
  'model.layers',
  'sparsity',
  'sparsity.density',
  'sparsity.distribution',
]);

/** Keys by which the memory of a step is decided. */
const ofTheStep = new Set(['train.batchSize', 'train.microBatch', 'train.memory']);

function stepSentence(plan: NetworkPlan, { compute }: Config): string {
  const { tensors, sparse } = possibleSteps(plan, compute.backend);
  if (tensors && sparse) return words.stepOfEach({ sparse: stepText(sparse), tensors: stepText(tensors) });
  return words.step(stepText(tensors ?? sparse ?? plan.step));
}

/** What the key comes to; nothing while the config has a mistake. */
const computed = (path: string, { plan, config }: CheckedConfig): string | undefined => {
  if (!plan || !config) return undefined;
  if (ofTheNetwork.has(path)) return planTable(plan);
  if (plan.sharing && /^sharing(?:\.|$)/.test(path))
    return sharingTexts(plan.sharing)
      .map((text) => `- ${text}`)
      .join('\n');
  if (ofTheStep.has(path)) return stepSentence(plan, config);
  const entry = /^model\.layers\[\d+\](?:\.(?:residual|shortcut)\[\d+\])?/.exec(path)?.[0];
  const layers = plan.layers.filter((known) => known.path === entry);
  return layers.length > 0 ? layersTable(layers) : undefined;
};

/** Markdown for the key or value at an offset, and the range it is about. */
export function hoverAt(checked: CheckedConfig, offset: number): { markdown: string; range: Range } | undefined {
  const hit = checked.pathAt(offset);
  if (!hit) return undefined;
  const description = describeKey(hit.path, checked.config && valueAt(checked.config, hit.path))?.markdown;
  if (description === undefined) return undefined;
  const table = computed(hit.path, checked);
  const parts = table === undefined ? [description] : [description, words.planned(), table];
  return { markdown: parts.join('\n\n'), range: hit.range };
}
