import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, parse } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeFolder } from '../../../src/formats/make-folder';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sparsescope-folder-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('makes a folder and those above it, and is content with one that is there', async () => {
  const path = join(folder, 'a/b/c');
  await makeFolder(path);
  await makeFolder(path);
  expect((await stat(path)).isDirectory()).toBe(true);
  await makeFolder(parse(folder).root);
});

it('names what is in the way', async () => {
  await writeFile(join(folder, 'a'), '');
  const inTheWay = {
    code: 'file.in-the-way',
    message: `${join(folder, 'a')} is not a folder, and one is needed there. Rename it, or choose another folder.`,
  };
  await expect(makeFolder(join(folder, 'a'))).rejects.toMatchObject(inTheWay);
  await expect(makeFolder(join(folder, 'a/b/c'))).rejects.toMatchObject(inTheWay);
});

// A system folder in which nobody can make one, and which says ENOENT for ever.
it.runIf(process.platform === 'linux')('gives up where the parent is there and still nothing can be made', async () => {
  await expect(makeFolder('/proc/sparsescope')).rejects.toMatchObject({ code: 'file.no-folder' });
});
