/** `sparsescope diagnose CONFIG`: what the weights that a config shares come to, before a step is taken. */
import { finish } from '../../core/parts';
import type { SharingReport } from '../../protocol/sharing';
import { staticReport } from '../../runs/sharing/report';
import { usableConfig } from '../config-file';
import { exitCode, issueLine } from '../errors';
import type { ExitCode } from '../errors';
import type { Output } from '../output';
import { printJson } from '../output';
import { percent, significant, table, thousands } from '../table';
import { findingLine, headings, sharingHeading } from '../words';

const layersTable = ({ layers }: SharingReport): string =>
  table(
    headings.diagnosed,
    layers.map(({ name, shape, weights, deviation, lambda, normRatio, collisions }) => [
      name,
      shape.join(' x '),
      thousands(weights),
      significant(deviation),
      significant(lambda),
      significant(normRatio),
      percent(collisions),
    ]),
    ['left', 'right', 'right', 'right', 'right', 'right', 'right'],
  );

export async function diagnose(name: string, options: { json?: boolean }, output: Output): Promise<ExitCode> {
  const { config, plan } = (await usableConfig(name, (issue) => output.err(issueLine(name, issue)))).checked;
  const { report } = finish(staticReport(config, plan));
  if (options.json) printJson(output, 'diagnose', { ok: true, file: name, report });
  else output.out(sharingHeading(report) + layersTable(report) + report.findings.map(findingLine).join(''));
  return exitCode.ok;
}
