/** `sparsescope check CONFIG`: problems with their places, and what the config comes to. */
import { issueJson } from '../../config/invalid';
import { tensorShape } from '../../core/density/layer-shape';
import { possibleSteps } from '../../config/possible-steps';
import type { NetworkPlan } from '../../config/plan';
import type { SharingPlan } from '../../config/sharing-plan';
import type { Config } from '../../config/types';
import { count } from '../../core/figure';
import { readConfig } from '../config-file';
import { exitCode, issueLine } from '../errors';
import type { ExitCode } from '../errors';
import type { Output } from '../output';
import { printJson } from '../output';
import { withMasksRead } from '../wanted-masks';
import { turnsOf } from '../../engine/turns';
import { interruptible } from '../interrupt';
import { bar, significant, table } from '../table';
import {
  allLayers,
  decidedBy,
  eitherStepLine,
  headings,
  notShared,
  parametersLine,
  picturesText,
  sharingLines,
  stepLine,
  sweepText,
} from '../words';

const sharingJson = ({ layers, n, m, dense, compression, scope, spec, neutral, bytes }: SharingPlan): object => ({
  mapping: spec.kind,
  scope,
  compression,
  n,
  m,
  dense,
  neutralInitStd: neutral,
  bytes,
  layers: layers.map(({ name, weights, offset, deviation }) => ({ name, weights, offset, deviation })),
});

const planJson = ({
  layers,
  weights,
  parameters,
  nonZeros,
  density,
  step,
  sparseStep,
  sharing,
}: NetworkPlan): object => ({
  layers: layers.map(({ targetDensity, targetNonZeros, minimumDensity, biases, ...layer }) => ({
    name: layer.name,
    shape: tensorShape(layer),
    // Null where scores decide, when the run begins.
    targetDensity: targetDensity ?? null,
    targetNonZeros: targetNonZeros ?? null,
    minimumDensity,
    biases,
  })),
  weights,
  parameters,
  nonZeros: nonZeros ?? null,
  density: density ?? null,
  step,
  sparseStep,
  ...(sharing && { sharing: sharingJson(sharing) }),
});

/** What is shared, with sigma, and what stays dense. */
const sharedTable = ({ layers, sharing: { layers: shared, n } }: Required<Pick<NetworkPlan, 'layers' | 'sharing'>>) => {
  const rowsOf = (name: string): string[] => {
    const found = shared.find((layer) => layer.name === name);
    return found ? [significant(found.deviation), count(found.weights)] : [notShared, ''];
  };
  // Embeddings are no layers that could be pruned, but can be shared.
  const tables = shared.filter(({ name }) => !layers.some((layer) => layer.name === name));
  return table(
    headings.sharing,
    [
      ...tables.map(({ name, rows, columns }) => [name, `${rows} x ${columns}`, ...rowsOf(name)]),
      ...layers.map((layer) => [layer.name, tensorShape(layer).join(' x '), ...rowsOf(layer.name)]),
      [allLayers, '', '', count(n)],
    ],
    ['left', 'right', 'right', 'right'],
  );
};

const planText = (plan: NetworkPlan, { compute }: Config): string => {
  const { sharing, parameters } = plan;
  const { tensors, sparse } = possibleSteps(plan, compute.backend);
  const stepOf = tensors && sparse ? eitherStepLine(sparse, tensors) : stepLine(tensors ?? sparse ?? plan.step);
  const tableOf = sharing ? sharedTable({ ...plan, sharing }) + sharingLines(sharing) : densityTable(plan);
  return tableOf + parametersLine(parameters) + stepOf;
};

const densityTable = ({ layers, nonZeros, weights, density }: NetworkPlan): string =>
  table(
    headings.plan,
    [
      ...layers.map((layer) => [
        layer.name,
        tensorShape(layer).join(' x '),
        layer.targetDensity === undefined ? decidedBy[layer.decidedBy ?? 'scores'] : significant(layer.targetDensity),
        layer.targetNonZeros === undefined ? decidedBy[layer.decidedBy ?? 'scores'] : count(layer.targetNonZeros),
        count(layer.weights),
      ]),
      [
        allLayers,
        '',
        density === undefined ? decidedBy.pattern : significant(density),
        nonZeros === undefined ? decidedBy.pattern : count(nonZeros),
        count(weights),
      ],
    ],
    ['left', 'right', 'right', 'right', 'right'],
  );

export async function check(name: string, options: { json?: boolean }, output: Output): Promise<ExitCode> {
  const { issues, checked, sweep } = await interruptible(output, async (signal) => {
    const tell = (done: number, total: number): void => {
      if (done % 100 === 0) output.progress(picturesText(bar(done / total), done, total));
    };
    return withMasksRead(await readConfig(name, { whole: { turn: turnsOf({ signal }), tell } }));
  });
  output.progress(undefined);
  if (options.json)
    printJson(output, 'check', {
      ok: checked !== undefined,
      file: name,
      issues: issues.map(issueJson),
      ...(sweep && { sweep: { keys: sweep.keys, trials: sweep.count } }),
      plan: checked ? planJson(checked.plan) : null,
    });
  else {
    // They are this command's result, so they go to stdout.
    for (const issue of issues) output.out(issueLine(name, issue));
    if (checked) output.out((sweep ? sweepText(sweep.count, sweep.keys) : '') + planText(checked.plan, checked.config));
  }
  return checked ? exitCode.ok : exitCode.input;
}
