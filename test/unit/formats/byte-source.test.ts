import { execFileSync } from 'node:child_process';
import { symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describe as describeForTerminal, exitCodeOf } from '../../../src/cli/errors';
import { describeError } from '../../../src/engine/errors';
import { fromBytes, maxReadBytes, openFile } from '../../../src/formats/byte-source';
import { cannotRead, cannotWrite } from '../../../src/formats/errors';
import { failure, temporaryFolder } from './bytes';

describe('a file as a source', () => {
  test('reads exactly the range asked for', async () => {
    const path = join(await temporaryFolder(), 'a.bin');
    await writeFile(
      path,
      Uint8Array.from({ length: 1000 }, (_, i) => i % 251),
    );
    const source = await openFile(path);
    expect(source).toMatchObject({ name: path, size: 1000, incremental: true });
    expect([...(await source.read(997, 3))]).toEqual([997 % 251, 998 % 251, 999 % 251]);
    expect((await source.read(1000, 0)).length).toBe(0);
    await source.close();
  });

  test.each([
    [-1, 1],
    [0, 1001],
    [1001, 0],
    [0.5, 1],
    [0, NaN],
  ])('refuses a range outside the file: %d, %d', async (offset, length) => {
    const path = join(await temporaryFolder(), 'a.bin');
    await writeFile(path, new Uint8Array(1000));
    const source = await openFile(path);
    expect((await failure(() => source.read(offset, length))).code).toBe('file.read-outside');
    await source.close();
  });

  test('refuses a read of more than the bound before it allocates', async () => {
    const path = join(await temporaryFolder(), 'a.bin');
    await writeFile(path, '');
    await truncate(path, maxReadBytes + 1);
    const source = await openFile(path);
    expect((await failure(() => source.read(0, maxReadBytes + 1))).code).toBe('file.read-too-large');
    await source.close();
  });

  test('says that a file became shorter while it was read', async () => {
    const path = join(await temporaryFolder(), 'a.bin');
    await writeFile(path, new Uint8Array(1000));
    const source = await openFile(path);
    await truncate(path, 10);
    expect(await failure(() => source.read(0, 1000))).toEqual({
      code: 'file.shrank',
      message: `${path} became shorter while it was read. Wait until it is written, then open it again.`,
    });
    await source.close();
  });

  test('names a file that is not there, a folder, and a path below a file', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'a'), '');
    expect(await failure(() => openFile(join(folder, 'none')))).toEqual({
      code: 'file.not-found',
      message: `${join(folder, 'none')} is not there. Check the path.`,
    });
    expect((await failure(() => openFile(join(folder, 'a', 'b')))).code).toBe('file.not-found');
    expect((await failure(() => openFile(folder))).code).toBe('file.not-a-file');
  });

  test.skipIf(process.platform === 'win32')(
    'names links that lead back to themselves, and a name too long',
    async () => {
      const folder = await temporaryFolder();
      const loop = join(folder, 'loop');
      await symlink('loop', loop);
      expect(await failure(() => openFile(loop))).toEqual({
        code: 'file.link-loop',
        message: `${loop} is not there: its links lead back to themselves. Check where they lead.`,
      });
      const long = join(folder, 'n'.repeat(300));
      expect(await failure(() => openFile(long))).toEqual({
        code: 'file.name-too-long',
        message: `${long} is not there: no name is so long on this disk. Check the path.`,
      });
    },
  );

  test('says what to do about too many open files, whatever was done with them', () => {
    const cause = (code: string) => Object.assign(new Error(code), { code, path: '/x/y' });
    const todo = 'Allow more (`ulimit -n 1024`), or close other programs, and try again.';
    const sentence = `/a could not be opened: this process has as many open as it may. ${todo}`;
    for (const told of [cannotRead('/a', cause('EMFILE')), cannotWrite('/a', cause('EMFILE'))])
      expect([told.code, told.message]).toEqual(['file.too-many-open', sentence]);
    expect(cannotRead('/a', cause('ENFILE')).message).toContain('this machine has');
    for (const told of [describeForTerminal(cause('EMFILE')), describeError(cause('EMFILE'))])
      expect(told).toEqual({ code: 'file.too-many-open', message: sentence.replace('/a', '/x/y') });
    expect(exitCodeOf(cause('EMFILE'))).toBe(2);
  });

  test.skipIf(process.platform === 'win32')('refuses a device and a pipe, which have no size', async () => {
    const folder = await temporaryFolder();
    await symlink('/dev/zero', join(folder, 'zero'));
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    for (const name of ['zero', 'pipe'])
      expect((await failure(() => openFile(join(folder, name)))).code).toBe('file.not-a-file');
  });
});

describe('bytes as a source', () => {
  test('is named not incremental and checks ranges too', async () => {
    const source = fromBytes('memory', Uint8Array.of(1, 2, 3));
    expect(source.incremental).toBe(false);
    expect([...(await source.read(1, 2))]).toEqual([2, 3]);
    expect((await failure(() => source.read(2, 2))).code).toBe('file.read-outside');
  });
});
