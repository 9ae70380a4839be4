/** Install and Remove GPU Engine, with an npm of our own making in the place of the person's. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { gpuFolderVariable, worksOn } from '../../../src/gpu/engines';

const window = vi.hoisted(() => ({
  trusted: true,
  node: '',
  offered: [] as string[],
  pick: (items: { label: string }[]): { label: string } | undefined => items.at(0),
  cancel: false,
  told: [] as string[],
}));

vi.mock('vscode', async () => {
  const file = (path: string) => ({ scheme: 'file', fsPath: path, path });
  return {
    ...(await import('./vscode-double')).vscodeDouble,
    Uri: { file, joinPath: ({ path }: { path: string }, ...names: string[]) => file(join(path, ...names)) },
    ProgressLocation: { Notification: 15 },
    workspace: {
      get isTrusted() {
        return window.trusted;
      },
      getConfiguration: () => ({ get: () => window.node }),
    },
    window: {
      showQuickPick: (items: { label: string }[]) => {
        window.offered = items.map(({ label }) => label);
        return Promise.resolve(window.pick(items));
      },
      showInformationMessage: (text: string) => {
        window.told.push(text);
        return Promise.resolve();
      },
      withProgress: (_: unknown, work: (...args: unknown[]) => unknown) => {
        let cancel = (): void => undefined;
        const report = (): void => {
          if (window.cancel) cancel();
        };
        return work({ report }, { onCancellationRequested: (heard: () => void) => (cancel = heard) });
      },
    },
  };
});

import { installGpuEngine, removeGpuEngine } from '../../../src/host/commands/gpu-commands';
import { Installations } from '../../../src/host/installations';
import type { Services } from '../../../src/host/services';
import { leaveUnfinished } from '../gpu/leftovers';
import { isRunning } from '../gpu/processes';

let folder: string;
let root: string;
let restarts: number;
let installations: Installations;
const services = (): Services =>
  ({
    context: { extensionUri: { path: folder } },
    log: { info: () => undefined },
    report: () => undefined,
    engine: { restartWhenIdle: () => restarts++ },
    installations,
  }) as unknown as Services;

const write = (path: string, text: string): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gpu-commands-'));
  root = join(folder, 'engines');
  restarts = 0;
  installations = new Installations();
  Object.assign(window, { trusted: true, cancel: false, told: [], node: join(folder, 'node/bin/node') });
  mkdirSync(join(folder, 'node/bin'), { recursive: true });
  symlinkSync(process.execPath, window.node);
  chmodSync(window.node, 0o755);
  write(
    join(folder, 'node/lib/node_modules/npm/bin/npm-cli.js'),
    `const { mkdirSync, writeFileSync } = require('node:fs');
     const at = 'node_modules/@tensorflow/tfjs-node-gpu';
     mkdirSync(at + '/lib/napi-v8', { recursive: true });
     writeFileSync(at + '/package.json', '{}');
     writeFileSync(at + '/lib/napi-v8/tfjs_binding.node', '');`,
  );
  write(
    join(folder, 'dist/engine.js'),
    "process.send({ ok: true, version: '2.9.1', gpu: true }, () => process.exit(0));",
  );
  vi.stubEnv(gpuFolderVariable, root);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe.skipIf(!worksOn('tfjs-node-gpu'))('Install GPU Engine', () => {
  it('installs what was chosen, says what computes, and starts the engine again', async () => {
    expect(await installGpuEngine(services())).toBe('@tensorflow/tfjs-node-gpu');
    expect(window.offered).toEqual(['@tensorflow/tfjs-node-gpu', 'webgpu', '@tensorflow/tfjs-node']);
    expect(readdirSync(root)).toEqual(['tfjs-node-gpu']);
    expect(window.told.join()).toMatch(
      /@tensorflow\/tfjs-node-gpu is installed and has computed: tensorflow-gpu on GPU\./,
    );
    expect(restarts).toBe(1);
    expect(await removeGpuEngine(services())).toEqual(['@tensorflow/tfjs-node-gpu']);
    expect(readdirSync(root)).toEqual([]);
    expect(restarts).toBe(2);
  });

  it('leaves nothing and says nothing when it is cancelled', async () => {
    window.cancel = true;
    expect(await installGpuEngine(services(), 'tfjs-node-gpu')).toBeUndefined();
    expect(readdirSync(root)).toEqual([]);
    expect([window.told, restarts]).toEqual([[], 0]);
  });

  it('ends with the window, npm and all, and leaves nothing', async () => {
    const file = join(folder, 'pid');
    write(
      join(folder, 'node/lib/node_modules/npm/bin/npm-cli.js'),
      `require('node:fs').writeFileSync(${JSON.stringify(file)}, String(process.pid)); setInterval(() => {}, 1000);`,
    );
    const installed = installGpuEngine(services(), 'tfjs-node-gpu');
    await expect.poll(() => existsSync(file) && readFileSync(file, 'utf8'), { timeout: 10_000 }).toMatch(/./);
    await installations.stop();
    expect(readdirSync(root)).toEqual([]);
    expect(await isRunning(Number(readFileSync(file, 'utf8')))).toBe(false);
    expect(await installed).toBeUndefined();
    expect([window.told, restarts]).toEqual([[], 0]);
  });

  it('runs nothing in a workspace that is not trusted', async () => {
    window.trusted = false;
    await expect(installGpuEngine(services(), 'tfjs-node-gpu')).rejects.toMatchObject({
      code: 'host.untrusted-workspace',
    });
    await expect(removeGpuEngine(services())).rejects.toMatchObject({ code: 'host.untrusted-workspace' });
    expect(existsSync(root)).toBe(false);
  });

  it('says which Node was named that is none, and that an earlier installation was cut off', async () => {
    await leaveUnfinished(root);
    await installGpuEngine(services(), 'tfjs-node-gpu');
    expect(window.told.at(0)).toMatch(/cut off half way; what was left has been removed/);
    window.node = join(folder, 'nowhere');
    await expect(installGpuEngine(services(), 'tfjs-node-gpu')).rejects.toMatchObject({ code: 'gpu.node-missing' });
  });

  it('says that there is nothing to remove', async () => {
    expect(await removeGpuEngine(services())).toEqual([]);
    expect(window.told).toEqual(['No GPU engine is installed.']);
    expect(restarts).toBe(0);
  });
});
