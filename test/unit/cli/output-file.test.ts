/** The file that `-o` names: which of those that are there it may replace. */
import { cp, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { cliFixture } from './fixture';

const fixture = cliFixture();
const { cli, config } = fixture;
beforeEach(() => config());

const inProject = (path: string): string => join(fixture.project.root, path);

it('is not the config that is read', async () => {
  const before = await readFile(inProject('tiny.sparse.yaml'), 'utf8');
  for (const command of ['init', 'prune']) {
    const { code, err } = await cli(command, 'tiny.sparse.yaml', '-o', './tiny.sparse.yaml');
    expect(code).toBe(1);
    expect(err).toMatch(/^error cli\.output-is-input: .*another name\.\n$/);
  }
  expect(await readFile(inProject('tiny.sparse.yaml'), 'utf8')).toBe(before);
});

it('is not the masks that a pattern is read from', async () => {
  await cli('init', 'tiny.sparse.yaml', '-o', 'masks.safetensors');
  const before = await readFile(inProject('masks.safetensors'));
  await config({ sparsity: 'eoi: { pattern: { file: ./masks.safetensors } }' });
  const { code, err } = await cli('init', 'tiny.sparse.yaml', '-o', 'masks.safetensors');
  expect([code, err]).toEqual([1, expect.stringMatching(/^error cli\.output-is-input: .*another name\.\n$/m)]);
  expect((await readFile(inProject('masks.safetensors'))).equals(before)).toBe(true);
});

it('replaces no data and no record of a run', async () => {
  const { out } = await cli('run', 'tiny.sparse.yaml', '--json', '-o', 'mine');
  expect(out).toContain('completed');
  const names = (await readdir(inProject('mine'), { recursive: true, withFileTypes: true })).filter((one) =>
    one.isFile(),
  );
  await cp(inProject('mine'), inProject('before'), { recursive: true });
  for (const { parentPath, name } of names) {
    if (name.endsWith('.html')) continue;
    const { code, err } = await cli('report', 'mine', '-o', join(parentPath, name));
    expect([code, err]).toEqual([1, expect.stringContaining('error cli.output-other-kind: ')]);
    const path = join(parentPath, name);
    expect((await readFile(path)).equals(await readFile(path.replace('/mine/', '/before/')))).toBe(true);
  }
  const labels = inProject('data/train-labels-idx1-ubyte');
  const before = await readFile(labels);
  const { code } = await cli('init', 'tiny.sparse.yaml', '-o', labels);
  expect(code).toBe(1);
  expect((await readFile(labels)).equals(before)).toBe(true);
  await mkdir(inProject('pages'));
  for (let k = 0; k < 2; k++) expect((await cli('report', 'mine', '-o', 'pages/mine.html')).code).toBe(0);
}, 120_000);
