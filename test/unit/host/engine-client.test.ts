import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';

vi.mock('vscode', async () => (await import('./vscode-double')).vscodeDouble);

import { EngineClient, type EngineExit } from '../../../src/host/engine-client';
import { isTold } from '../../../src/host/errors';

const clients: EngineClient[] = [];
const logged: string[] = [];

const client = (mode: string, backOff = 10, node = (): string | undefined => undefined): EngineClient => {
  process.env.FAKE_ENGINE = mode;
  const made = new EngineClient({
    modulePath: join(import.meta.dirname, 'fake-engine.mjs'),
    node,
    backend: () => 'auto',
    log: (_, message) => logged.push(message),
    report: () => undefined,
    backOff,
    grace: 300,
  });
  clients.push(made);
  return made;
};

const start = { configPath: '/c', configText: '', root: '/' };
const death = (engine: EngineClient): Promise<EngineExit> =>
  new Promise((resolve) => {
    const listening = engine.onDidDie((exit) => {
      listening.dispose();
      resolve(exit);
    });
  });
const until = (engine: EngineClient, holds: () => boolean): Promise<void> =>
  new Promise((resolve) => {
    if (holds()) {
      resolve();
      return;
    }
    const listening = engine.onDidChange(() => {
      if (!holds()) return;
      listening.dispose();
      resolve();
    });
  });

afterEach(async () => {
  for (const made of clients.splice(0)) await made.stop();
  logged.length = 0;
});

describe('EngineClient', () => {
  it('says in a sentence that it cannot be forked, and tries again when it is asked again', async () => {
    let node: (() => string | undefined) | undefined = () => {
      throw new TypeError('not a path');
    };
    const engine = client('ok', 10, () => node?.());
    await expect(engine.api()).rejects.toMatchObject({
      code: 'host.engine-not-started',
      message: 'The engine did not start (not a path). See the log, or run Doctor.',
    });
    expect(engine.state).toBe('failed');
    node = undefined;
    await engine.api();
    expect(engine.state).toBe('ready');
  });

  it('forks on first need, greets with the backend, and one process serves all', async () => {
    const engine = client('ok');
    expect(engine.starts).toBe(0);
    await Promise.all([engine.api(), engine.api()]);
    expect(engine).toMatchObject({ starts: 1, state: 'ready', info: { backend: 'cpu' } });
    expect(engine.pid).toBe(engine.info?.pid);
    expect(logged).toContain('asked for auto');
  });

  it('knows what is running', async () => {
    const engine = client('ok');
    const api = await engine.api();
    const run = await api.startRun(start);
    expect(engine.running).toEqual([run]);
    await api.cancelRun({ id: run.id });
    expect(engine.running).toEqual([]);
  });

  it('tells of a kill with the signal, the last lines and what was interrupted, and comes back', async () => {
    const engine = client('ok');
    const api = await engine.api();
    const run = await api.startRun(start);
    const dying = death(engine);
    const first = engine.pid!;
    process.kill(first, 'SIGKILL');
    const exit = await dying;
    expect(exit).toMatchObject({ how: 'SIGKILL', interrupted: [run] });
    expect(exit.log).toContain('asked for auto');
    await until(engine, () => engine.state === 'ready');
    expect(engine.starts).toBe(2);
    expect(engine.pid).not.toBe(first);
    await expect(api.cancelRun({ id: run.id })).rejects.toMatchObject({ code: 'host.engine-stopped' });
    expect(exit).toMatchObject({ again: true, quiet: false });
  });

  it('does not start for ever an engine that dies at once, and says what it said last', async () => {
    const engine = client('dies', 1);
    await expect(engine.api()).rejects.toMatchObject({
      code: 'host.engine-not-started',
      message: expect.stringMatching(/code 3.*no such file: tensors\.wasm/) as string,
    });
    await until(engine, () => engine.state === 'failed');
    expect(engine.starts).toBe(4);
    await expect(engine.api()).rejects.toMatchObject({ code: 'host.engine-keeps-stopping' });
    process.env.FAKE_ENGINE = 'ok';
    await engine.restart();
    expect(engine.state).toBe('ready');
  });

  it('refuses an engine of another build', async () => {
    const engine = client('old');
    await expect(engine.api()).rejects.toMatchObject({ code: 'host.version-mismatch' });
    expect(engine).toMatchObject({ state: 'failed', starts: 1, pid: undefined });
  });

  it('does not tell twice of a death: who waited for an answer knows that it is told', async () => {
    const engine = client('ok');
    const api = await engine.api();
    const waiting = api
      .initialise({ configPath: '/c', configText: '', root: '/', output: '/o' })
      .catch((error: unknown) => error);
    const dying = death(engine);
    process.kill(engine.pid!, 'SIGKILL');
    expect(isTold(await waiting)).toBe(true);
    expect(await dying).toMatchObject({ quiet: false });
  });

  it('leaves a start that failed to whoever waited for it', async () => {
    const engine = client('dies', 60_000);
    const dying = death(engine);
    const error: unknown = await engine.api().catch((reason: unknown) => reason);
    expect(isTold(error)).toBe(false);
    expect(await dying).toMatchObject({ quiet: true });
  });

  it('does not hear what an engine says after its stop was asked for', async () => {
    const engine = client('late');
    await (await engine.api()).startRun(start);
    const heard: string[] = [];
    engine.onRunChanged(({ record }) => heard.push(record.state));
    await engine.stop();
    expect(engine.running).toEqual([]);
    expect(heard).toEqual([]);
  });

  it('waits for the run to end before a wanted restart', async () => {
    const engine = client('ok');
    const api = await engine.api();
    const { id } = await api.startRun(start);
    const first = engine.pid;
    engine.restartWhenIdle();
    expect(engine.pid).toBe(first);
    await api.cancelRun({ id }).catch(() => undefined);
    await until(engine, () => engine.state === 'ready' && engine.pid !== first);
    expect(engine.starts).toBe(2);
  });

  it('ends an engine that does not end by itself', async () => {
    const engine = client('stubborn');
    await engine.api();
    const pid = engine.pid!;
    await engine.stop();
    expect(() => process.kill(pid, 0)).toThrow();
    expect(engine).toMatchObject({ state: 'stopped', pid: undefined });
  });
});
