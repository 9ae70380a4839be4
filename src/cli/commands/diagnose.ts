/** `sparsescope diagnose CONFIG`: what the weights that a config shares come to, before a step is taken. */
import { finish } from '../../core/parts';
import type { SharingLevel, SharingReport } from '../../protocol/sharing';
import { staticReport } from '../../runs/sharing/report';
import { usableConfig } from '../config-file';
import { exitCode, issueLine } from '../errors';
import type { ExitCode } from '../errors';
import { quietContext } from '../follow';
import type { Output } from '../output';
import { printJson } from '../output';
import { percent, significant, table, thousands } from '../table';
import { findingLine, headings, sharingHeading } from '../words';
import { withConfig } from '../with-config';

/** What a batch measures is missing where none was looked at, and where a layer has no gradient. */
const measured = (value: number | null): string => (value === null ? '-' : significant(value, 3));

const layersTable = ({ layers }: SharingReport): string => {
  const batch = layers.some((layer) => layer.batch);
  return table(
    [...headings.diagnosed, ...(batch ? headings.diagnosedByBatch : [])],
    layers.map(({ name, shape, weights, deviation, lambda, normRatio, collisions, batch: own }) => [
      name,
      shape.join(' x '),
      thousands(weights),
      significant(deviation),
      significant(lambda),
      significant(normRatio),
      percent(collisions),
      ...(own ? [own.updateRatio, own.denseUpdateRatio, own.amplification, own.cosine].map(measured) : []),
    ]),
    ['left', ...new Array<'right'>(10).fill('right')],
  );
};

/** Of the config alone, at once and without an engine. */
async function fromConfig(name: string, output: Output): Promise<SharingReport> {
  const { config, plan } = (await usableConfig(name, (issue) => output.err(issueLine(name, issue)))).checked;
  return finish(staticReport(config, plan)).report;
}

export async function diagnose(
  name: string,
  { level, json }: { level: SharingLevel; json?: boolean },
  output: Output,
): Promise<ExitCode> {
  const report =
    level === 'static'
      ? await fromConfig(name, output)
      : await withConfig(name, output, (service, source, signal) =>
          service.api.diagnoseSharing({ ...source, level }, quietContext(signal, output)),
        );
  if (json) printJson(output, 'diagnose', { ok: true, file: name, level, report });
  else output.out(sharingHeading(report) + layersTable(report) + report.findings.map(findingLine).join(''));
  return exitCode.ok;
}
