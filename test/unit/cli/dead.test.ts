/** The dead directions that approximate isometry leaves: in the table of a run and in its report. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { recordOf } from '../engine/project';
import { cliFixture } from './fixture';

const fixture = cliFixture();

beforeEach(() =>
  fixture.config({
    layers: [
      '{ name: fc1, linear: { in: 784, out: 60 } }',
      '{ name: fc2, linear: { in: 60, out: 60 } }',
      '{ name: fc3, linear: { in: 60, out: 60 } }',
      '{ name: fc4, linear: { in: 60, out: 10 } }',
    ],
    init: 'ai',
    sparsity: 'ai: { iterations: 20 }',
    density: 0.05,
    epochs: 0,
  }),
);

it('are told layer by layer', async () => {
  const { code, out } = await fixture.cli('run', 'tiny.sparse.yaml');
  expect(code).toBe(0);
  const directory = join(fixture.project.root, '.sparsescope/runs/tiny-1');
  const { layers } = await recordOf(directory);
  const dead = layers.map(({ singularValues }) => singularValues.dead);
  expect(dead[1] + dead[2]).toBeGreaterThan(0);
  const rows = out.split('\n').filter((line) => /^fc\d /.test(line));
  expect(rows.map((line) => Number(line.split(/ +/).at(-1)))).toEqual(dead);
  const report = await readFile(join(directory, 'report.html'), 'utf8');
  const [, table] = /<noscript>([^]*)<\/noscript>/.exec(report)!;
  expect(table).toContain('<th>dead directions</th>');
  const cells = [...table.matchAll(/<td>(\d+)<\/td><\/tr>/g)].map(([, last]) => Number(last));
  expect(cells).toEqual(dead);
});
