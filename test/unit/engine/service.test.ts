import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { protocolVersion } from '../../../src/protocol/engine';
import { RpcCancelled } from '../../../src/protocol/rpc';
import { configText, context, filesIn, Project, recordOf, TestEngine } from './project';

let project: Project;
beforeEach(async () => void (project = await Project.create()));
afterEach(() => project.remove());

describe('the service', () => {
  it('refuses another protocol, and work before the greeting', async () => {
    const { api } = new TestEngine();
    await expect(api.startRun(project.start(), context())).rejects.toMatchObject({ code: 'engine.not-greeted' });
    await expect(api.hello({ protocolVersion: protocolVersion + 1, backend: 'auto' }, context())).rejects.toMatchObject(
      {
        code: 'engine.version-mismatch',
      },
    );
  });

  it('tells its versions, backend and why', async () => {
    const info = await new TestEngine().api.hello({ protocolVersion, backend: 'auto' }, context());
    expect(info).toMatchObject({ protocolVersion, backend: 'wasm', available: ['wasm', 'cpu'], pid: process.pid });
    expect(info.tfjs).toMatch(/^4\./);
    expect(info.sparsescope).toMatch(/^\d+\.\d+\.\d+/);
  });

  it('stops what runs when it shuts down and takes no more', async () => {
    const engine = await TestEngine.greeted();
    const { directory } = await engine.api.startRun(project.start({ epochs: 50 }), context());
    await engine.api.shutdown({}, context());
    // Nobody cancelled it: a window that closes only interrupts.
    expect(await recordOf(directory)).toMatchObject({ state: 'interrupted', error: { code: 'runs.interrupted' } });
    await expect(engine.api.startRun(project.start(), context())).rejects.toMatchObject({ code: 'engine.stopping' });
  });

  it('marks runs interrupted, with the way on, when its parent goes', async () => {
    const engine = await TestEngine.greeted();
    const { directory } = await engine.api.startRun(project.start({ epochs: 50 }), context());
    await engine.service.stopAll('interrupted');
    expect(await recordOf(directory)).toMatchObject({ state: 'interrupted', error: { code: 'runs.interrupted' } });
  });

  it('stops drawing initial weights when cancelled, leaving nothing', async () => {
    const engine = await TestEngine.greeted();
    const output = join(project.root, 'init.safetensors');
    const controller = new AbortController();
    const told: string[] = [];
    const attempt = engine.api.initialise(
      { configPath: project.configPath, configText: configText(), root: project.root, output },
      {
        signal: controller.signal,
        progress: ({ message }) => {
          told.push(message);
          if (message === 'fc2') controller.abort();
        },
      },
    );
    await expect(attempt).rejects.toBeInstanceOf(RpcCancelled);
    expect(told).toEqual(['fc1', 'fc2']);
    expect(await filesIn(project.root)).not.toContain('init.safetensors');
  });

  it('writes initial weights alone, the same as a run begins with', async () => {
    const engine = await TestEngine.greeted();
    const output = join(project.root, 'init.safetensors');
    await engine.api.initialise(
      { configPath: project.configPath, configText: configText(), root: project.root, output },
      context(),
    );
    const { directory } = await engine.run(project.start());
    expect((await readFile(output)).equals(await readFile(join(directory, 'init.safetensors')))).toBe(true);
  });
});
