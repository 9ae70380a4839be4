import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { forkEngine as forkAsEditor } from '../../../src/client/engine-process';
import type { RunHandle } from '../../../src/protocol/engine';
import { protocolVersion } from '../../../src/protocol/engine';
import type { RunEvent } from '../../../src/protocol/run';
import { RunFolder } from '../../../src/runs/folder';
import { readJournal } from '../../../src/runs/journal';
import type { Bundle } from './bundle';
import { bundle } from './bundle';
import { completion, forkEngine as fork } from './fork';
import type { EnginePeer, Forked } from './fork';
import type { Change } from './project';
import { filesIn, finalCheckpoint, outcome, Project, recordOf, stepsPerEpoch } from './project';

let built: Bundle;
let project: Project;
const children: ChildProcess[] = [];

beforeAll(async () => {
  built = await bundle();
});
afterAll(() => built.remove());
beforeEach(async () => {
  project = await Project.create();
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await project.remove();
});

const forkEngine = (flags: string[] = []): Forked => {
  const forked = fork(built.engine, flags);
  children.push(forked.child);
  return forked;
};

const greeted = async (): Promise<ReturnType<typeof forkEngine>> => {
  const engine = forkEngine();
  await engine.peer.remote.hello({ protocolVersion, backend: 'auto' });
  return engine;
};

/** Starts a run and resolves at the first event for which `when` is true. */
const startUntil = async (
  { peer }: { peer: EnginePeer },
  when: (event: RunEvent) => boolean,
  change: Change = {},
): Promise<{ handle: RunHandle; heard: RunEvent[] }> => {
  const heard: RunEvent[] = [];
  const reached = new Promise<void>((resolve) =>
    peer.on('runEvent', ({ event }) => {
      heard.push(event);
      if (when(event)) resolve();
    }),
  );
  const handle = await peer.remote.startRun(project.start(change));
  await reached;
  return { handle, heard };
};

const atStep = (step: number) => (event: RunEvent) => event.type === 'step' && event.step === step;
const begun = (event: RunEvent): boolean => event.type === 'state';

/** Starts a run and waits for its end. */
const runToEnd = async (
  engine: { peer: EnginePeer },
  change: Change = {},
): Promise<{ handle: RunHandle; heard: RunEvent[] }> => {
  const ended = completion(engine.peer);
  const started = await startUntil(engine, begun, change);
  await ended;
  return started;
};

describe('the forked engine', () => {
  it('greets, runs a config to its end and leaves when asked', async () => {
    const engine = await greeted();
    const { handle, heard } = await runToEnd(engine);
    expect(await readJournal(new RunFolder(handle.directory).journalFile)).toEqual(heard);
    expect((await recordOf(handle.directory)).state).toBe('completed');
    await engine.peer.remote.shutdown({});
    expect(await engine.exit).toEqual([0, null]);
  });

  it('has compiled kernels in a memory that its threads share, as the editor starts it', async () => {
    const { child, peer } = forkAsEditor(
      built.engine,
      () => undefined,
      (error) => ({ code: '', message: String(error) }),
    );
    children.push(child);
    const { kernels, executor } = await peer.remote.hello({ protocolVersion, backend: 'auto', threads: 2 });
    expect(kernels).toMatchObject({ kind: expect.stringMatching(/^wasm/) as string, threads: 2 });
    expect(executor).toMatchObject({ name: 'sparse', threads: 2 });
  });

  it('prints nothing on stdout or stderr', async () => {
    const { child, peer, exit } = forkEngine();
    let text = '';
    child.stdout?.on('data', (chunk) => (text += String(chunk)));
    child.stderr?.on('data', (chunk) => (text += String(chunk)));
    await peer.remote.hello({ protocolVersion, backend: 'cpu' });
    await runToEnd({ peer });
    await peer.remote.shutdown({});
    await exit;
    expect(text).toBe('');
  });

  it('refuses a host of another build', async () => {
    const { peer } = forkEngine();
    await expect(peer.remote.hello({ protocolVersion: 999, backend: 'auto' })).rejects.toMatchObject({
      code: 'engine.version-mismatch',
    });
  });

  it('answers bad parameters with a sentence and lives on', async () => {
    const { peer } = await greeted();
    const nonsense = peer.remote.startRun(null as unknown as Parameters<typeof peer.remote.startRun>[0]);
    await expect(nonsense).rejects.toMatchObject({ code: 'engine.internal' });
    await expect(peer.remote.hello({ protocolVersion, backend: 'auto' })).resolves.toMatchObject({ protocolVersion });
  });

  it('cancels within one step', async () => {
    const engine = await greeted();
    const { handle, heard } = await startUntil(engine, atStep(5), { epochs: 500 });
    await engine.peer.remote.cancelRun({ id: handle.id });
    const steps = heard.filter(({ type }) => type === 'step').length;
    expect((await recordOf(handle.directory)).state).toBe('cancelled');
    const recorded = (await readJournal(new RunFolder(handle.directory).journalFile)).filter(
      ({ type }) => type === 'step',
    );
    expect(recorded.length).toBe(steps);
  });

  it('ends by itself when its parent goes, and keeps what was trained', async () => {
    const { child, peer, exit } = await greeted();
    const { handle, heard } = await startUntil({ peer }, atStep(5), { epochs: 500 });
    child.disconnect();
    expect(await exit).toEqual([0, null]);
    const record = await recordOf(handle.directory);
    expect(record).toMatchObject({ state: 'interrupted', error: { code: 'runs.interrupted' } });
    const steps = heard.filter(({ type }) => type === 'step').length;
    const files = await filesIn(handle.directory);
    const last = Math.max(...files.map((name) => Number(/step-(\d+)/.exec(name)?.[1] ?? 0)));
    expect(last).toBeGreaterThanOrEqual(steps);
  });

  it.skipIf(process.platform === 'win32').each([
    ['SIGINT', 'cancelled'],
    ['SIGTERM', 'interrupted'],
  ] as const)('by %s its run is %s', async (signal, state) => {
    const { child, peer, exit } = await greeted();
    const { handle } = await startUntil({ peer }, atStep(5), { epochs: 500 });
    child.kill(signal);
    expect(await exit).toEqual([0, null]);
    expect((await recordOf(handle.directory)).state).toBe(state);
  });

  it('killed with -9 loses no completed step; resumed, it comes to the same bytes as never killed', async () => {
    // Long enough that the kill arrives in the middle.
    const long = { epochs: 40 };
    const total = 40 * stepsPerEpoch;
    const straight = await runToEnd(await greeted(), long);
    const { child, peer, exit } = await greeted();
    const { handle, heard } = await startUntil({ peer }, atStep(9), long);
    child.kill('SIGKILL');
    await exit;
    const folder = new RunFolder(handle.directory);
    const journal = await readJournal(folder.journalFile);
    expect(journal.slice(0, heard.length)).toEqual(heard);
    expect((await folder.readRecord()).state).toBe('interrupted');
    // As a kill in the middle of writing would leave it.
    const torn = join(handle.directory, 'checkpoints/.step-000016.safetensors.0123456789ab.tmp');
    await writeFile(torn, 'half');

    const next = await greeted();
    const ended = completion(next.peer);
    await next.peer.remote.resumeRun({ directory: handle.directory });
    await ended;
    expect((await filesIn(handle.directory)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect(
      (await finalCheckpoint(handle.directory, total)).equals(await finalCheckpoint(straight.handle.directory, total)),
    ).toBe(true);
    expect(await outcome(handle.directory)).toEqual(await outcome(straight.handle.directory));
    const steps = (await readJournal(folder.journalFile)).filter(({ type }) => type === 'step');
    expect(steps.length).toBe(total);
    const record = JSON.parse(await readFile(folder.recordFile, 'utf8')) as { pid: number };
    expect(record.pid).toBe(next.child.pid);
  });

  it('an error nobody caught is logged, fails the run with one sentence, and ends the process', async () => {
    const trap = join(project.root, 'trap.cjs');
    await writeFile(
      trap,
      "process.on('message', (m) => { if (m.kind === 'boom') throw new Error('secret detail'); });",
    );
    const { child, peer, exit } = forkEngine(['--require', trap]);
    await peer.remote.hello({ protocolVersion, backend: 'auto' });
    const logged = new Promise<string>((resolve) => peer.on('log', ({ message }) => resolve(message)));
    const { handle } = await startUntil({ peer }, atStep(5), { epochs: 500 });
    child.send({ kind: 'boom' });
    expect(await logged).toContain('secret detail');
    expect(await exit).toEqual([1, null]);
    const record = await recordOf(handle.directory);
    expect(record).toMatchObject({ state: 'failed', error: { code: 'engine.internal' } });
    expect(record.error!.message).not.toContain('secret');
  });

  it('started by hand says what to use instead', async () => {
    const child = spawn(process.execPath, [built.engine], { stdio: ['ignore', 'ignore', 'pipe'] });
    let text = '';
    child.stderr.on('data', (chunk) => (text += String(chunk)));
    expect(await once(child, 'exit')).toEqual([2, null]);
    expect(text).toMatch(/node \S*cli\.js run CONFIG/);
  });
});
