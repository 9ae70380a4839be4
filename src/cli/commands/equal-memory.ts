/** `sparsescope equal-memory CONFIG`: the sweep that compares shared weights with other methods of the same size. */
import { byReason, equalMemory } from '../../config/equal-memory';
import type { EqualMemory } from '../../config/equal-memory';
import { configFormat } from '../../config/format';
import { count } from '../../core/figure';
import { writeTextAtomically } from '../../formats/atomic-file';
import { usableConfig } from '../config-file';
import { badSeeds, exitCode, issueLine } from '../errors';
import type { ExitCode } from '../errors';
import type { Output } from '../output';
import { printJson } from '../output';
import { outputPath } from '../output-path';
import { table } from '../table';
import { budgetLine, headings, leftOutLine, offText, writtenLine } from '../words';

const variantsTable = ({ variants }: EqualMemory): string =>
  table(
    headings.variants,
    variants.map(({ name, stored, off }) => [name, count(stored), offText(off)]),
    ['left', 'right', 'right'],
  );

/** `1,2,3`. */
function seedsOf(text: string): number[] {
  const seeds = text.split(',').map(Number);
  if (!/^\d+(?:,\d+)*$/.test(text) || !seeds.every(Number.isSafeInteger) || new Set(seeds).size < seeds.length)
    throw badSeeds(text);
  return seeds;
}

export async function compareAtEqualMemory(
  name: string,
  options: { json?: boolean; output?: string; seeds?: string },
  output: Output,
): Promise<ExitCode> {
  const { path, text, looked } = await usableConfig(name, (issue) => output.err(issueLine(name, issue)));
  const file = options.output === undefined ? undefined : outputPath(options.output, ['.yaml', '.yml', '.json'], path);
  const format = configFormat(path);
  const as = file === undefined ? format : configFormat(file);
  const seeds = options.seeds === undefined ? undefined : seedsOf(options.seeds);
  const found = equalMemory(text, format, { looked, as, ...(seeds && { seeds }) });
  if (file !== undefined) await writeTextAtomically(file, found.text);
  const { budget, variants, left } = found;
  if (options.json)
    printJson(output, 'equal-memory', { ok: true, file: name, budget, variants, left, config: found.text });
  else
    output.out(
      budgetLine(budget) +
        variantsTable(found) +
        byReason(left).map(leftOutLine).join('') +
        (file === undefined ? `\n${found.text}` : writtenLine(file)),
    );
  return exitCode.ok;
}
