import { readFile, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../../../src/protocol/run';
import { configText, finalCheckpoint, recordOf } from '../engine/project';
import type { Change } from '../engine/project';
import { cliFixture } from './fixture';
import { answer, printed } from './sparsescope';

const fixture = cliFixture();
const { cli, config, begin } = fixture;

const inProject = (path: string): string => join(fixture.project.root, path);
const grid = (axes: string, change: Change = {}): Promise<void> =>
  config(change, `${configText(change)}sweep: { ${axes} }\n`);
const folder = '.sparsescope/sweeps/tiny-1';
const trial = (id: string, of = folder): string => inProject(join(of, 'trials', id));
const stateOf = async (id: string, of = folder): Promise<string> => (await recordOf(trial(id, of))).state;
const sweepState = async (of = folder): Promise<string> =>
  (JSON.parse(await readFile(inProject(join(of, 'sweep.json')), 'utf8')) as { state: string }).state;
/** The record of a trial once it is there and `when` says so. */
const recorded = async (id: string, when: (record: RunRecord) => boolean): Promise<RunRecord> => {
  for (;;) {
    const record = await recordOf(trial(id)).catch(() => undefined);
    if (record && when(record)) return record;
    await setTimeout(10);
  }
};

describe('sweep', () => {
  it('of which some trials fail ends with the others, a table, and what failed', async () => {
    // The data of two trials cannot be found.
    await grid('seed: [1, 2], data.path: [./data, ./nowhere]');
    const { code, out, err } = await cli('sweep', 'tiny.sparse.yaml', '--jobs', '2');
    expect(code).toBe(1);
    const lines = out.split('\n');
    expect(lines[0]).toBe('sweep tiny-1: 4 trials; 2 at once');
    expect(lines[2]).toMatch(/^ +trial +seed +data\.path +valid\. acc\. +valid\. loss +density +time s$/);
    const ended = lines.filter((line) => /^[1-4]\/4 /.test(line));
    expect(ended.map((line) => line.slice(0, 3))).toEqual(['1/4', '2/4', '3/4', '4/4']);
    expect(ended.filter((line) => / {2}\d+\.\d\d % /.test(line))).toHaveLength(2);
    expect(ended.filter((line) => /\.\/nowhere +failed: .*nowhere/.test(line))).toHaveLength(2);
    expect(out).toMatch(
      /^data\.path +n +failed +valid\. acc\. +valid\. loss +first loss +density +stored +max\|WWᵀ-I\| +max\|s-1\| +dead +Jacobian min +mean +max +init ms +time s$/m,
    );
    expect(out).toMatch(/^\.\/data +2 +\d+\.\d\d % ± \d+\.\d\d % /m);
    expect(out).toMatch(/^\.\/nowhere +0 +2 +- +-/m);
    expect(out).toMatch(/^failed 0002, 0004: data\.file-missing: /m);
    expect(err).toMatch(/^Run trials 0002, 0004 that failed anew with: .* --retry-failed\n$/m);
    expect([await sweepState(), await stateOf('0001'), await stateOf('0002')]).toEqual([
      'failed',
      'completed',
      'failed',
    ]);
    const csv = (await readFile(inProject(`${folder}/trials.csv`), 'utf8')).split('\n');
    expect(csv).toHaveLength(6);
    expect(csv[0]).toMatch(/^trial,seed,data\.path,state,outcome,accuracy,loss,/);
    const page = await readFile(inProject(`${folder}/report.html`), 'utf8');
    expect(page).toContain('id="sweep-data"');
    // The same again, but for the time it was made at.
    expect((await cli('report', folder, '-o', 'again.html')).code).toBe(0);
    const told = (html: string): object => ({
      ...(JSON.parse(/id="sweep-data">(.*?)<\/script>/s.exec(html)![1]) as object),
      generatedAt: '',
    });
    expect(told(await readFile(inProject('again.html'), 'utf8'))).toEqual(told(page));
    // Nothing is done again, but what failed, when asked for.
    const before = (await recordOf(trial('0002'))).createdAt;
    const again = await cli('sweep', folder);
    expect([again.code, again.out.split('\n')[0]]).toEqual([
      1,
      'sweep tiny-1: 4 trials, 4 of them ended before; 2 at once',
    ]);
    expect((await recordOf(trial('0002'))).createdAt).toBe(before);
    const retried = await cli('sweep', folder, '--retry-failed', '--json');
    expect(answer(retried)).toMatchObject({
      command: 'sweep',
      ok: false,
      state: 'failed',
      sweep: { id: 'tiny-1', keys: ['seed', 'data.path'] },
      keys: ['data.path'],
      groups: [
        { values: ['./data'], trials: ['0001', '0003'], completed: 2, failed: 0, spread: { accuracy: { count: 2 } } },
        { values: ['./nowhere'], trials: ['0002', '0004'], completed: 0, failed: 2, spread: {} },
      ],
    });
    expect((await recordOf(trial('0002'))).createdAt).not.toBe(before);
  });

  it('comes to the same as the trials run by themselves', async () => {
    await grid('sparsity.density: [0.3, 0.5]');
    expect((await cli('sweep', 'tiny.sparse.yaml', '-o', 'here', '--backend', 'cpu')).code).toBe(0);
    expect(await sweepState('here')).toBe('completed');
    await config({ density: 0.5 });
    expect((await cli('run', 'tiny.sparse.yaml', '-o', 'alone', '--backend', 'cpu')).code).toBe(0);
    const [swept, alone] = [await finalCheckpoint(trial('0002', 'here')), await finalCheckpoint(inProject('alone'))];
    expect(swept.equals(alone)).toBe(true);
  });

  it('goes round a trial whose record is none, and begins it anew when asked', async () => {
    await grid('seed: [1, 2, 3]', { epochs: 1 });
    expect((await cli('sweep', 'tiny.sparse.yaml')).code).toBe(0);
    const { createdAt } = await recordOf(trial('0003'));
    await writeFile(join(trial('0001'), 'run.json'), '');
    await rm(trial('0002'), { recursive: true });
    const { code, out } = await cli('sweep', folder);
    expect(code).toBe(1);
    expect(out).toMatch(/^failed 0001: runs\.record-invalid: /m);
    expect([await sweepState(), await stateOf('0002')]).toEqual(['failed', 'completed']);
    expect(await readFile(join(trial('0001'), 'run.json'), 'utf8')).toBe('');
    expect((await cli('sweep', folder, '--retry-failed')).code).toBe(0);
    expect([await sweepState(), await stateOf('0001')]).toEqual(['completed', 'completed']);
    expect((await recordOf(trial('0003'))).createdAt).toBe(createdAt);
  });

  it('shares the threads of the kernels among its trials, to the same weights', async () => {
    await grid('compute.threads: [auto, 1]', { epochs: 1, density: 0.3 });
    const threadsBy = async (jobs: string): Promise<unknown[]> => {
      expect((await cli('sweep', 'tiny.sparse.yaml', '--jobs', jobs, '-o', `by-${jobs}`)).code).toBe(0);
      return Promise.all(
        ['0001', '0002'].map(async (id) => (await recordOf(trial(id, `by-${jobs}`))).executor?.threads),
      );
    };
    const cores = availableParallelism();
    expect(await threadsBy('1')).toEqual([Math.min(8, cores), 1]);
    expect(await threadsBy('2')).toEqual([Math.max(1, Math.min(8, Math.floor(cores / 2))), 1]);
    const weights = await Promise.all(
      ['by-1', 'by-2'].flatMap((of) => ['0001', '0002'].map((id) => finalCheckpoint(trial(id, of), 6))),
    );
    for (const other of weights) expect(other.equals(weights[0])).toBe(true);
  });

  it('killed in the middle goes on to the same weights', async () => {
    await grid('seed: [1, 2, 3]', { epochs: 30 });
    const started = begin('sweep', 'tiny.sparse.yaml', '--jobs', '2');
    await printed(started, '1/3');
    started.child.kill('SIGKILL');
    await started.finished;
    const { code, out } = await cli('sweep', folder, '--jobs', '2');
    expect(code).toBe(0);
    expect(out).toMatch(/^sweep tiny-1: 3 trials, [12] of them ended before; 2 at once$/m);
    expect((await cli('sweep', 'tiny.sparse.yaml')).code).toBe(0);
    for (const id of ['0001', '0002', '0003']) {
      const straight = await finalCheckpoint(trial(id, '.sparsescope/sweeps/tiny-2'), 180);
      expect((await finalCheckpoint(trial(id), 180)).equals(straight)).toBe(true);
    }
  });

  it('Ctrl+C cancels all, says so and tells how to go on', async () => {
    await grid('seed: [1, 2, 3]', { epochs: 80 });
    const started = begin('sweep', 'tiny.sparse.yaml', '--jobs', '2');
    await recorded('0001', ({ state }) => state === 'training');
    started.child.kill('SIGINT');
    const { code, out, err } = await started.finished;
    expect(code).toBe(130);
    expect(out).not.toContain('interrupted');
    expect(out).toMatch(/^0\/3 +0001 +1 +cancelled$/m);
    expect(err).toMatch(/Cancelled with 0 of 3 trials done\. Go on with: node \S+ sweep \S+tiny-1\n$/);
    expect([await sweepState(), await stateOf('0001')]).toEqual(['cancelled', 'cancelled']);
    expect((await cli('sweep', folder)).code).toBe(0);
    expect([await sweepState(), await stateOf('0003')]).toEqual(['completed', 'completed']);
  });

  it('SIGTERM to all of its processes has one word for it and its trials', async () => {
    await grid('seed: [1, 2, 3]', { epochs: 80 });
    const started = begin('sweep', 'tiny.sparse.yaml', '--jobs', '2');
    const training = ({ state }: RunRecord): boolean => state === 'training';
    const first = await recorded('0001', training);
    await recorded('0002', training);
    // The other one hears of it from the sweep.
    process.kill(first.pid, 'SIGTERM');
    started.child.kill('SIGTERM');
    const { code, err } = await started.finished;
    expect(code).toBe(130);
    expect(err).toMatch(/Interrupted with 0 of 3 trials done\. Go on with: node \S+ sweep \S+tiny-1\n$/);
    const states = [await sweepState(), await stateOf('0001'), await stateOf('0002')];
    expect(states).toEqual(['interrupted', 'interrupted', 'interrupted']);
  });

  it('whose data has gone says so of each trial, and goes on where it was when the data is back', async () => {
    await grid('seed: [1, 2]', { epochs: 80 });
    const started = begin('sweep', 'tiny.sparse.yaml', '--jobs', '1');
    await recorded('0001', ({ state }) => state === 'training');
    started.child.kill('SIGINT');
    expect((await started.finished).code).toBe(130);
    const { createdAt } = await recordOf(trial('0001'));
    await rename(inProject('data'), inProject('gone'));
    const { code, out, err } = await cli('sweep', folder, '--jobs', '2');
    expect(code).toBe(1);
    const sentence = /: \S+data has no file train-images-idx3-ubyte or .*\.$/;
    const lines = out.split('\n').filter((line) => /^[0-2]\/2 /.test(line));
    expect(lines.map((line) => line.replace(sentence, '').replace(/^.*?(?=000)/, '')).sort()).toEqual([
      '0001   1     interrupted',
      '0002   2     failed',
    ]);
    expect(err).toMatch(/^One trial could not go on and kept what it had\. .*sweep \S+tiny-1$/m);
    expect(await stateOf('0002')).toBe('failed');
    expect(await recordOf(trial('0001'))).toMatchObject({
      state: 'interrupted',
      createdAt,
      error: { code: 'data.file-missing' },
    });
    await rename(inProject('gone'), inProject('data'));
    expect((await cli('sweep', folder, '--retry-failed')).code).toBe(0);
    expect([await sweepState(), await stateOf('0001')]).toEqual(['completed', 'completed']);
    // It was not begun anew.
    expect((await recordOf(trial('0001'))).createdAt).toBe(createdAt);
  });

  it('an engine that dies fails its trial, and the others go on', async () => {
    await grid('seed: [1, 2, 3]', { epochs: 30 });
    const started = begin('sweep', 'tiny.sparse.yaml', '--jobs', '1');
    await printed(started, '1/3');
    process.kill((await recorded('0002', () => true)).pid, 'SIGKILL');
    const { code, out, err } = await started.finished;
    expect(code).toBe(2);
    expect(err).toMatch(/^Run trial 0002 that failed anew with: /m);
    expect(out).toMatch(/0002 +2 +failed: The process of this trial ended before the trial did \(SIGKILL\)\./);
    expect([await stateOf('0001'), await stateOf('0002'), await stateOf('0003')]).toEqual([
      'completed',
      'failed',
      'completed',
    ]);
    expect((await cli('sweep', folder, '--retry-failed')).code).toBe(0);
  });

  it('of impossible trials says so before, and fails them without an engine', async () => {
    await grid('sparsity.density: [0.001, 0.5]');
    const { code, out, err } = await cli('sweep', 'tiny.sparse.yaml');
    expect([code, err.split('\n')[0]]).toEqual([
      1,
      expect.stringMatching(
        /^tiny\.sparse\.yaml:\d+:\d+: warning config\.\S+: .* So 1 of 2 trials fails, the first is 0001/,
      ),
    ]);
    expect(err).not.toContain('--retry-failed');
    expect(out).toMatch(/^failed 0001: config\./m);
    expect((await recordOf(trial('0001'))).error!.code).toMatch(/^config\./);
    expect(await stateOf('0002')).toBe('completed');
  });
});

describe('what is no sweep', () => {
  it.each([
    [['sweep', 'tiny.sparse.yaml'], 'cli.no-sweep'],
    [['sweep', 'data'], 'runs.no-sweep'],
    [['sweep', 'nothing.sparse.yaml'], 'file.not-found'],
    [['sweep', 'loop'], 'file.link-loop'],
    [['sweep', 'n'.repeat(300)], 'file.name-too-long'],
    [['sweep', 'tiny.sparse.yaml', '--jobs', '0'], 'cli.usage'],
    [['sweep', 'tiny.sparse.yaml', '--jobs', 'two'], 'cli.usage'],
  ])('%j', async (args, code) => {
    await config();
    await symlink('loop', inProject('loop'));
    const finished = await cli(...args);
    expect([finished.code, finished.out]).toEqual([1, '']);
    expect(finished.err).toMatch(new RegExp(`^error ${code.replace('.', '\\.')}: .*\\.( See: .*)?\\n$`));
    expect(await readdir(fixture.project.root)).not.toContain('.sparsescope');
  });

  it('one run is refused for a sweep, and a sweep for a folder that is not empty', async () => {
    await grid('seed: [1, 2]');
    for (const args of [
      ['run', 'tiny.sparse.yaml'],
      ['init', 'tiny.sparse.yaml', '-o', 'x.safetensors'],
      ['density', 'tiny.sparse.yaml'],
    ]) {
      const { code, err } = await cli(...args);
      expect([code, err]).toEqual([1, expect.stringMatching(/^error config\.is-sweep: .* a sweep of 2 trials/)]);
    }
    const { code, err } = await cli('sweep', 'tiny.sparse.yaml', '-o', 'data');
    expect([code, err]).toEqual([1, expect.stringMatching(/^error runs\.folder-not-empty: /)]);
    const checked = await cli('check', 'tiny.sparse.yaml');
    // Below the warning that there is little data.
    expect([checked.code, checked.out.split('\n')[1]]).toEqual([0, 'sweep of 2 trials over seed; the first:']);
  });

  it('a config that was changed in the folder is refused', async () => {
    await grid('train.epochs: [0]');
    expect((await cli('sweep', 'tiny.sparse.yaml')).code).toBe(0);
    await writeFile(inProject(`${folder}/config.yaml`), configText());
    const { code, err } = await cli('sweep', folder);
    expect([code, err]).toEqual([1, expect.stringMatching(/^error runs\.sweep-config-changed: /)]);
    expect((await cli('sweep', folder, '-o', 'elsewhere')).err).toMatch(/^error cli\.usage: /);
  });
});
