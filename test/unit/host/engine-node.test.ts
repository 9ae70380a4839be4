/** Which Node the engine is forked with: the fork of the host itself, and an engine of a few lines. */
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const window = vi.hoisted(() => ({ trusted: true, node: '', warned: [] as string[] }));

vi.mock('vscode', async () => ({
  ...(await import('./vscode-double')).vscodeDouble,
  workspace: {
    get isTrusted() {
      return window.trusted;
    },
    getConfiguration: () => ({ get: () => window.node }),
  },
  window: {
    showWarningMessage: (text: string) => {
      window.warned.push(text);
      return Promise.resolve();
    },
  },
}));

import { EngineClient } from '../../../src/host/engine-client';
import { chosenNode, nodeToStart } from '../../../src/host/engine-node';

let folder: string;
let own: string;
const clients: EngineClient[] = [];

/** A script in the place of Node, which answers what it is asked for. */
const program = (name: string, text: string): string => {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
  return file;
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'engine-node-'));
  // Says by its environment that it was it.
  own = program('own-node', `export FAKE_ENGINE_NODE=own; exec ${process.execPath} "$@"`);
  Object.assign(window, { trusted: true, node: '', warned: [] });
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.stop();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const client = (): EngineClient => {
  const made = new EngineClient({
    modulePath: join(import.meta.dirname, 'fake-engine.mjs'),
    node: nodeToStart(() => undefined),
    backend: () => 'auto',
    log: () => undefined,
    report: () => undefined,
    grace: 300,
  });
  clients.push(made);
  return made;
};

/** What the engine says of the Node that it runs on. */
const startedOn = async (): Promise<string | undefined> => {
  const engine = client();
  await engine.api();
  return (engine.info as unknown as { ranBy?: string }).ranBy;
};

describe.skipIf(process.platform === 'win32')('the Node of the engine', () => {
  it('is the built-in one, whatever the PATH has, where the setting is empty', async () => {
    symlinkSync(own, join(folder, 'node'));
    vi.stubEnv('PATH', folder);
    expect(await startedOn()).toBeUndefined();
    expect(chosenNode()).toEqual({ why: "VS Code's own (sparsescope.node is empty)" });
  });

  it('is the one that the setting names, in a trusted workspace only', async () => {
    window.node = own;
    expect(await startedOn()).toBe('own');
    expect(chosenNode().why).toBe(`${own} (of sparsescope.node)`);
    window.trusted = false;
    expect(await startedOn()).toBeUndefined();
    expect(chosenNode()).toEqual({ why: "VS Code's own: this workspace is not trusted" });
    expect(window.warned).toEqual([]);
  });

  it('is that of the PATH where the setting says so', async () => {
    symlinkSync(own, join(folder, 'node'));
    vi.stubEnv('PATH', `${folder}:${process.env['PATH'] ?? ''}`);
    window.node = 'node';
    expect(await startedOn()).toBe('own');
    vi.stubEnv('PATH', '/nowhere');
    expect(chosenNode().problem).toMatch(
      /^sparsescope\.node asks for the node of the PATH, which has none; VS Code's own/,
    );
  });

  it('is the built-in one where the setting names something else, which is said once', async () => {
    const cases: [string, RegExp][] = [
      [join(folder, 'nowhere'), /which is no program; VS Code's own runs the engine\./],
      [import.meta.filename, /which is no Node\.js that starts here;/],
      [program('words', 'echo hello'), /which is no Node\.js that starts here;/],
      [program('fails', 'exit 3'), /which is no Node\.js that starts here;/],
      [program('old', 'echo 18.20.4,'), /which is Node\.js 18\.20\.4, older than 20;.* Name a Node\.js 20 or newer\./],
      [program('editor', 'echo 22.19.0,39.2.3'), /which is an editor's Node\.js/],
    ];
    for (const [node, sentence] of cases) {
      Object.assign(window, { node, warned: [] });
      const engine = client();
      await engine.api();
      await engine.restart();
      expect((engine.info as unknown as { ranBy?: string }).ranBy).toBeUndefined();
      expect(window.warned).toEqual([expect.stringMatching(sentence)]);
      expect(window.warned[0]).toContain(node);
      expect(chosenNode().why).toBe(`VS Code's own: ${window.warned[0]}`);
    }
  });
});
