import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

interface Place {
  scheme: string;
  fsPath: string;
  path: string;
}
type Choose = (items: { label: string }[]) => { label: string } | undefined;
const window = vi.hoisted(() => ({
  folders: [] as { uri: Place }[],
  pick: undefined as Choose | undefined,
  dialog: undefined as Place[] | undefined,
  asked: [] as { name: string; directory: string }[],
}));

vi.mock('vscode', async () => {
  const file = (path: string): Place => ({ scheme: 'file', fsPath: path, path });
  return {
    ...(await import('./vscode-double')).vscodeDouble,
    Uri: { file, joinPath: ({ path }: Place, name: string) => file(join(path, name)) },
    ProgressLocation: { Notification: 15 },
    workspace: {
      textDocuments: [],
      isTrusted: true,
      get workspaceFolders() {
        return window.folders;
      },
      openTextDocument: (what: Place) => Promise.resolve(what),
    },
    window: {
      showQuickPick: (items: { label: string }[]) => Promise.resolve(window.pick?.(items)),
      showOpenDialog: () => Promise.resolve(window.dialog),
      showTextDocument: () => Promise.resolve(),
      showInformationMessage: () => Promise.resolve(),
      withProgress: (_: unknown, work: (...args: unknown[]) => unknown) =>
        work({ report: () => undefined }, { onCancellationRequested: () => undefined }),
    },
  };
});

import { downloadDataSet, newConfig } from '../../../src/host/commands/file-commands';
import type { Services } from '../../../src/host/services';

const api = {
  downloadDataSet: (params: { name: string; directory: string }) => {
    window.asked.push(params);
    return Promise.resolve({ files: ['a'], bytes: 1 });
  },
};
const services = { engine: { api: () => Promise.resolve(api) }, report: () => undefined } as unknown as Services;
const place = (path: string, scheme = 'file'): Place => ({ scheme, fsPath: path, path });

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'files-'));
  window.folders = [{ uri: place(root) }];
  window.dialog = undefined;
  window.asked = [];
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

describe('Download Data Set', () => {
  it('makes no folder when the choice is left', async () => {
    window.pick = () => undefined;
    expect(await downloadDataSet(services, 'mnist')).toBeUndefined();
    window.pick = (items) => items[1];
    expect(await downloadDataSet(services, 'mnist')).toBeUndefined();
    expect(readdirSync(root)).toEqual([]);
    expect(window.asked).toEqual([]);
  });

  it('makes data/ once it is chosen', async () => {
    window.pick = (items) => items.find(({ label }) => label === 'data');
    expect(await downloadDataSet(services, 'mnist')).toEqual(['a']);
    expect(existsSync(join(root, 'data'))).toBe(true);
    expect(window.asked).toEqual([{ name: 'mnist', directory: join(root, 'data') }]);
  });

  it('says which folder cannot be made', async () => {
    writeFileSync(join(root, 'data'), 'a file in the way');
    window.pick = (items) => items[0];
    await expect(downloadDataSet(services, 'mnist')).rejects.toMatchObject({
      code: 'file.in-the-way',
      message: expect.stringContaining(join(root, 'data')) as string,
    });
  });

  it('refuses a folder that is on no disk, and asks where when the workspace is on none', async () => {
    window.folders = [{ uri: place('/repo', 'vscode-vfs') }];
    window.pick = () => {
      throw new Error('asked');
    };
    window.dialog = [place('/repo/data', 'vscode-vfs')];
    await expect(downloadDataSet(services, 'mnist')).rejects.toMatchObject({ code: 'host.folder-not-on-disk' });
    window.dialog = [place(join(root, 'elsewhere'))];
    expect(await downloadDataSet(services, 'mnist')).toEqual(['a']);
    expect(existsSync(join(root, 'elsewhere'))).toBe(true);
  });
});

describe('New Config', () => {
  it('never replaces a file', async () => {
    writeFileSync(join(root, 'mlp7-eoi.sparse.yaml'), 'mine');
    await newConfig();
    expect(readdirSync(root).sort()).toEqual(['mlp7-eoi-2.sparse.yaml', 'mlp7-eoi.sparse.yaml']);
    expect(readFileSync(join(root, 'mlp7-eoi.sparse.yaml'), 'utf8')).toBe('mine');
  });

  it('says what to do where it cannot write', async () => {
    window.folders = [{ uri: place(join(root, 'gone')) }];
    await expect(newConfig()).rejects.toMatchObject({ code: 'file.no-folder' });
  });
});
