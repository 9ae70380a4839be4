import { execFileSync } from 'node:child_process';
import { lstat, mkdir, readFile, readdir, readlink, symlink, writeFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { writeAtomically, writeTextAtomically } from '../../../src/formats/atomic-file';
import { whereNothingMayBeWritten } from '../nobody';
import { failure, temporaryFolder } from './bytes';

// The disk's refusals cannot be had for real everywhere: they are injected where Node would report them.
const inject = vi.hoisted(() => ({ write: '', sync: '', rename: '', shortWrites: false }));
const fail = (code: string): Promise<never> => Promise.reject(Object.assign(new Error(code), { code }));

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof fs>();
  return {
    ...real,
    open: async (path: string, flags: string) => {
      const handle = await real.open(path, flags);
      if (flags !== 'wx') return handle;
      const write = handle.write.bind(handle) as (
        b: Uint8Array,
        o: number,
        l: number,
      ) => ReturnType<FileHandle['write']>;
      const sync = handle.sync.bind(handle);
      let writes = 0;
      return Object.assign(handle, {
        write: (bytes: Uint8Array, offset: number, length: number) =>
          inject.write && writes++ > 0
            ? fail(inject.write)
            : write(bytes, offset, inject.shortWrites ? Math.min(length, 7) : length),
        sync: () => (inject.sync ? fail(inject.sync) : sync()),
      });
    },
    rename: (from: string, to: string) => (inject.rename ? fail(inject.rename) : real.rename(from, to)),
  };
});

afterEach(() => Object.assign(inject, { write: '', sync: '', rename: '', shortWrites: false }));

const chunk = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('a file written in one step', () => {
  test('has all chunks, replaces the old file, and leaves nothing beside it', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'a.txt');
    await writeFile(path, 'old and longer than the new text');
    await writeAtomically(path, [chunk('one '), chunk(''), chunk('two')]);
    expect(await readFile(path, 'utf8')).toBe('one two');
    await writeTextAtomically(path, 'three');
    expect(await readFile(path, 'utf8')).toBe('three');
    expect(await readdir(folder)).toEqual(['a.txt']);
  });

  test('goes on when the system takes less than it was given', async () => {
    const path = join(await temporaryFolder(), 'a.txt');
    inject.shortWrites = true;
    await writeAtomically(path, [chunk('a text longer than seven bytes')]);
    expect(await readFile(path, 'utf8')).toBe('a text longer than seven bytes');
  });

  test('takes the longest file name there is', async () => {
    const folder = await temporaryFolder();
    const name = 'n'.repeat(255);
    await writeTextAtomically(join(folder, name), 'x');
    expect(await readdir(folder)).toEqual([name]);
  });

  test('is as before when its chunks fail half-way, and the failure passes unchanged', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'a.txt');
    await writeFile(path, 'old');
    const broken = new Error('source broke');
    const chunks = function* (): Iterable<Uint8Array> {
      yield chunk('new');
      throw broken;
    };
    await expect(writeAtomically(path, chunks())).rejects.toBe(broken);
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['a.txt']);
  });
});

// Making a link needs a right on Windows, and there are no pipes in folders there.
describe.skipIf(process.platform === 'win32')('what is there and is no plain file', () => {
  test('a link stays a link, and its file is replaced, in its own folder', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'far'));
    await writeFile(join(folder, 'far', 'a.txt'), 'old');
    await symlink(join('far', 'a.txt'), join(folder, 'near.txt'));
    await symlink('near.txt', join(folder, 'nearer.txt'));
    await writeTextAtomically(join(folder, 'nearer.txt'), 'new');
    expect(await readFile(join(folder, 'far', 'a.txt'), 'utf8')).toBe('new');
    expect(await readlink(join(folder, 'near.txt'))).toBe(join('far', 'a.txt'));
    expect(await readlink(join(folder, 'nearer.txt'))).toBe('near.txt');
    expect(await readdir(join(folder, 'far'))).toEqual(['a.txt']);
    expect((await readdir(folder)).sort()).toEqual(['far', 'near.txt', 'nearer.txt']);
  });

  test('a pipe, a link to one, a link to a folder, a link to nowhere: all stay as they are', async () => {
    const folder = await temporaryFolder();
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    await mkdir(join(folder, 'folder'));
    for (const target of ['pipe', 'folder', 'nowhere', 'to-itself'])
      await symlink(target, join(folder, `to-${target.replace('to-', '')}`));
    const before = (await readdir(folder)).sort();
    for (const name of ['pipe', 'to-pipe', 'to-nowhere'])
      expect(await failure(() => writeTextAtomically(join(folder, name), 'x'))).toEqual({
        code: 'file.not-replaceable',
        message: `${join(folder, name)} was not written: a device, a pipe or a link to nowhere is there, not a file. Choose another name.`,
      });
    expect((await failure(() => writeTextAtomically(join(folder, 'to-folder'), 'x'))).code).toBe('file.in-the-way');
    expect(await failure(() => writeTextAtomically(join(folder, 'to-itself'), 'x'))).toEqual({
      code: 'file.link-loop',
      message: `${join(folder, 'to-itself')} was not written: its links lead back to themselves. Choose another path.`,
    });
    expect((await readdir(folder)).sort()).toEqual(before);
    expect((await lstat(join(folder, 'pipe'))).isFIFO()).toBe(true);
  });
});

describe('when the disk refuses', () => {
  const cases = [
    ['write', 'ENOSPC', 'file.disk-full', 'The disk is full: PATH was not written. Free some space and try again.'],
    ['sync', 'EDQUOT', 'file.disk-full', 'The disk is full: PATH was not written. Free some space and try again.'],
    ['rename', 'EROFS', 'file.read-only', 'PATH is on a read-only disk and was not written. Choose another folder.'],
    [
      'rename',
      'EACCES',
      'file.not-writable',
      'PATH may not be written. Give yourself permission to write there, or choose another folder.',
    ],
    ['sync', 'EIO', 'file.write-failed', 'PATH could not be written (EIO). Try again.'],
  ] as const;
  test.each(cases)('at %s with %s: %s', async (where, code, expected, message) => {
    const folder = await temporaryFolder();
    const path = join(folder, 'a.txt');
    await writeFile(path, 'old');
    inject[where] = code;
    expect(await failure(() => writeAtomically(path, [chunk('one'), chunk('two')]))).toEqual({
      code: expected,
      message: message.replace('PATH', path),
    });
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['a.txt']);
  });

  test('a missing folder, a path below a file, a folder in the way, a name too long', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'in the way'));
    await writeFile(join(folder, 'file'), '');
    const code = async (...path: string[]): Promise<string> =>
      (await failure(() => writeTextAtomically(join(folder, ...path), 'x'))).code;
    expect(await code('none', 'a')).toBe('file.no-folder');
    expect(await code('file', 'a')).toBe('file.no-folder');
    expect(await code('in the way')).toBe('file.in-the-way');
    expect(await code('n'.repeat(300))).toBe('file.name-too-long');
    expect((await readdir(folder)).sort()).toEqual(['file', 'in the way']);
  });

  test.skipIf(process.platform === 'win32')('a read-only folder', async () => {
    const folder = await temporaryFolder();
    await whereNothingMayBeWritten(folder, async () => {
      expect((await failure(() => writeTextAtomically(join(folder, 'a'), 'x'))).code).toBe('file.not-writable');
    });
    expect(await readdir(folder)).toEqual([]);
  });
});
