import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const seen = vi.hoisted(() => ({ told: [] as string[], warned: [] as string[], commands: [] as unknown[] }));

vi.mock('vscode', async () => {
  class Uri {
    readonly scheme = 'file';
    constructor(readonly fsPath: string) {}
    get path(): string {
      return this.fsPath;
    }
    static readonly file = (path: string): Uri => new Uri(path);
    static readonly joinPath = ({ fsPath }: Uri, name: string): Uri => new Uri(join(fsPath, name));
  }
  const answer = (list: string[]) => (message: string, action: string) => {
    list.push(message);
    return Promise.resolve(action);
  };
  return {
    ...(await import('./vscode-double')).vscodeDouble,
    Uri,
    workspace: {
      isTrusted: true,
      asRelativePath: ({ fsPath }: Uri) => basename(fsPath),
      openTextDocument: (uri: Uri) =>
        Promise.resolve({ uri, version: 1, isDirty: false, getText: () => readFileSync(uri.fsPath, 'utf8') }),
    },
    window: {
      showTextDocument: () => Promise.resolve(),
      showInformationMessage: answer(seen.told),
      showWarningMessage: answer(seen.warned),
    },
    commands: { executeCommand: (...args: unknown[]) => Promise.resolve(seen.commands.push(args)) },
  };
});

import * as vscode from 'vscode';
import { compareAtEqualMemory } from '../../../src/host/commands/equal-memory-command';
import type { Services } from '../../../src/host/services';

const failures: unknown[] = [];
const services = { report: (error: unknown) => void failures.push(error) } as unknown as Services;
const shared = 'version: 1\nmodel: { preset: mlp-7 }\ndata: { source: synthetic-digits }\nsharing: {}\n';

let root: string;
const config = (text: string, name = 'net.sparse.yaml'): vscode.Uri => {
  writeFileSync(join(root, name), text);
  return vscode.Uri.file(join(root, name));
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'equal-'));
  for (const list of Object.values(seen)) list.length = 0;
});
afterEach(() => {
  rmSync(root, { recursive: true });
  expect(failures).toEqual([]);
});

describe('Compare at Equal Memory', () => {
  it('writes a sweep beside the config, tells what it holds, and runs it where that is chosen', async () => {
    const written = await compareAtEqualMemory(services, config(shared));
    expect(written?.fsPath).toBe(join(root, 'net-equal-memory.sparse.yaml'));
    expect(seen.told).toEqual(['net-equal-memory.sparse.yaml has 10 variants, each of 13,550 stored parameters.']);
    await vi.waitFor(() => expect(seen.commands).toEqual([['sparsescope.sweepConfig', written]]));
  });

  it('tells what it left out, and why', async () => {
    const small =
      'version: 1\nmodel: { preset: resnet-20 }\ndata: { source: synthetic-images }\nsharing: { compression: 20000 }\n';
    await compareAtEqualMemory(services, config(small));
    expect(seen.told).toEqual([]);
    expect(seen.warned).toEqual([
      expect.stringMatching(
        /^net-equal-memory\.sparse\.yaml has 4 variants, each of [\d,]+ stored parameters\. Left out: rand, mag, snip, grasp\. .*22 layers, and each needs one.* Left out: ltr\. 45 levels/,
      ),
    ]);
  });

  it('replaces no file, and keeps the format of the config', async () => {
    const json = JSON.stringify({ version: 1, model: { preset: 'mlp-7' }, sharing: {} });
    const given = config(json, 'net.sparse.json');
    writeFileSync(join(root, 'net-equal-memory.sparse.json'), 'mine');
    const written = await compareAtEqualMemory(services, given);
    expect(basename(written!.fsPath)).toBe('net-equal-memory-2.sparse.json');
    expect(JSON.parse(readFileSync(written!.fsPath, 'utf8'))).toHaveProperty('sweep.variants');
    expect(readFileSync(join(root, 'net-equal-memory.sparse.json'), 'utf8')).toBe('mine');
  });

  it('writes nothing of a config that shares nothing, and offers to run one that is a sweep', async () => {
    const plain = config('version: 1\nmodel: { preset: mlp-7 }\n');
    await expect(compareAtEqualMemory(services, plain)).rejects.toThrow(/needs a config .* that has `sharing`/);
    expect(await compareAtEqualMemory(services, config(`${shared}sweep: { seed: [1, 2] }\n`))).toBeUndefined();
    expect(seen.told).toEqual(['net.sparse.yaml is a sweep of 2 trials, not one run.']);
    expect(readdirSync(root)).toEqual(['net.sparse.yaml']);
  });
});
