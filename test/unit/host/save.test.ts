import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const chosen = vi.hoisted(() => ({ path: undefined as string | undefined, proposed: '' }));

vi.mock('vscode', async () => {
  const file = (path: string): object => ({ scheme: 'file', fsPath: path, path });
  return {
    ...(await import('./vscode-double')).vscodeDouble,
    Uri: { file, joinPath: ({ path }: { path: string }, name: string) => file(join(path, name)) },
    window: {
      showSaveDialog: ({ defaultUri }: { defaultUri: { path: string } }) => {
        chosen.proposed = defaultUri.path;
        return Promise.resolve(chosen.path === undefined ? undefined : file(chosen.path));
      },
    },
  };
});

import { Uri } from 'vscode';
import { Saver } from '../../../src/host/views/save';

let folder: string;
let saver: Saver;
const chunk = (offset: number, text: string, last: boolean, name = 'a.csv'): Parameters<Saver['save']>[0] => ({
  name,
  offset,
  bytes: new TextEncoder().encode(text),
  last,
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'save-'));
  chosen.path = join(folder, 'a.csv');
  saver = new Saver(Uri.file(folder));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('Saver', () => {
  it('writes the parts as one file, and only at the end', async () => {
    expect(await saver.save(chunk(0, 'step,loss\n', false))).toEqual({ saved: true });
    expect(readdirSync(folder)).toEqual([]);
    await saver.save(chunk(10, '1,2.3\n', true));
    expect(readFileSync(join(folder, 'a.csv'), 'utf8')).toBe('step,loss\n1,2.3\n');
    expect(readdirSync(folder)).toEqual(['a.csv']);
  });

  it('writes nothing when the person leaves the dialog', async () => {
    chosen.path = undefined;
    expect(await saver.save(chunk(0, 'x', true))).toEqual({ saved: false });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('refuses parts that do not fit together', async () => {
    await saver.save(chunk(0, 'abc', false));
    await expect(saver.save(chunk(5, 'x', true))).rejects.toMatchObject({ code: 'host.save-out-of-order' });
    await expect(saver.save(chunk(3, 'x', true))).rejects.toMatchObject({ code: 'host.save-out-of-order' });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('leaves nothing behind where it cannot write', async () => {
    chosen.path = join(folder, 'missing', 'a.csv');
    await expect(saver.save(chunk(0, 'x', true))).rejects.toMatchObject({
      code: expect.stringMatching(/^file\./) as string,
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('does not let a name lead out of the proposed folder', async () => {
    await saver.save(chunk(0, 'x', true, '../../etc/passwd'));
    expect(chosen.proposed).toBe(join(folder, '..-..-etc-passwd'));
  });
});
