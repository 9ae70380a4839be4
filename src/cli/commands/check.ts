/** `sparsescope check CONFIG`: problems with their places, and what the config comes to. */
import { issueJson } from '../../config/invalid';
import { tensorShape } from '../../core/density/layer-shape';
import type { NetworkPlan } from '../../config/plan';
import { readConfig } from '../config-file';
import { exitCode, issueLine } from '../errors';
import type { ExitCode } from '../errors';
import type { Output } from '../output';
import { printJson } from '../output';
import { significant, table, thousands } from '../table';
import { allLayers, decidedBy, headings, parametersLine, stepLine, sweepText } from '../words';

const planJson = ({ layers, weights, parameters, nonZeros, density, step }: NetworkPlan): object => ({
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
});

const planTable = ({ layers, nonZeros, weights, parameters, density, step }: NetworkPlan): string =>
  table(
    headings.plan,
    [
      ...layers.map((layer) => [
        layer.name,
        tensorShape(layer).join(' x '),
        layer.targetDensity === undefined ? decidedBy[layer.decidedBy ?? 'scores'] : significant(layer.targetDensity),
        layer.targetNonZeros === undefined ? decidedBy[layer.decidedBy ?? 'scores'] : thousands(layer.targetNonZeros),
        thousands(layer.weights),
      ]),
      [
        allLayers,
        '',
        density === undefined ? decidedBy.pattern : significant(density),
        nonZeros === undefined ? decidedBy.pattern : thousands(nonZeros),
        thousands(weights),
      ],
    ],
    ['left', 'right', 'right', 'right', 'right'],
  ) +
  parametersLine(parameters) +
  stepLine(step);

export async function check(name: string, options: { json?: boolean }, output: Output): Promise<ExitCode> {
  const { issues, checked, sweep } = await readConfig(name, { published: true });
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
    if (checked) output.out((sweep ? sweepText(sweep.count, sweep.keys) : '') + planTable(checked.plan));
  }
  return checked ? exitCode.ok : exitCode.input;
}
