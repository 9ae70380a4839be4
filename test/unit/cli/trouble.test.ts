import { spawnSync } from 'node:child_process';
import { existsSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { recordOf } from '../engine/project';
import { cliFixture } from './fixture';

const fixture = cliFixture();
const { cli, config } = fixture;
beforeEach(() => config());

const inProject = (path: string): string => join(fixture.project.root, path);

/** Takes no byte: a full disk. */
const full = '/dev/full';
const hasFull = existsSync(full) && statSync(full).isCharacterDevice();

describe.skipIf(!hasFull)(`results that cannot be written (needs ${full})`, () => {
  const intoFull = (...args: string[]) =>
    spawnSync(process.execPath, [fixture.built.cli, ...args], {
      cwd: fixture.project.root,
      stdio: ['ignore', openSync(full, 'w'), 'pipe'],
      encoding: 'utf8',
    });
  const oneSentence = /^error cli\.results-lost: .*ENOSPC.*\n$/;

  it('of a command: one sentence, exit 1', () => {
    const { status, stderr } = intoFull('doctor', '--json');
    expect(stderr).toMatch(oneSentence);
    expect(status).toBe(1);
  });

  it.each([[[]], [['--json']]])(
    'of a run %j: one sentence, exit 1, and the run is whole in its folder',
    async (flags) => {
      const { status, stderr } = intoFull('run', 'tiny.sparse.yaml', '-o', 'out', ...flags);
      expect(stderr).toMatch(oneSentence);
      expect(status).toBe(1);
      expect(await recordOf(inProject('out'))).toMatchObject({ state: 'completed' });
      await access(inProject('out/report.html'));
      await expect(access(inProject('out/writer.lock'))).rejects.toThrow();
    },
  );

  it('of a run that fails: its own sentence too, and the folder says so', async () => {
    await config({ learningRate: 100, weightDecay: 1, epochs: 20 });
    const { status, stderr } = intoFull('run', 'tiny.sparse.yaml', '-o', 'out');
    expect(stderr.match(/^error cli\.results-lost: /gm)).toHaveLength(1);
    expect(stderr).toMatch(/^error engine\.loss-not-finite: .*\n$/m);
    expect(status).toBe(1);
    expect(await recordOf(inProject('out'))).toMatchObject({ state: 'failed' });
  });
});

describe('a disk that fills up during the run', () => {
  it.each([[[]], [['--json']]])('%j: the run failed, also where its record cannot say so; exit 1', async (flags) => {
    const trap = inProject('trap.cjs');
    await writeFile(
      trap,
      `const fs = require('node:fs/promises');
       const { open } = fs;
       let full = false;
       fs.open = (path, mode, ...rest) => {
         full ||= String(path).includes('step-000008');
         return full && mode === 'wx'
           ? Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' }))
           : open(path, mode, ...rest);
       };`,
    );
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--require', trap, fixture.built.cli, 'run', 'tiny.sparse.yaml', '-o', 'out', ...flags],
      { cwd: fixture.project.root, encoding: 'utf8' },
    );
    expect(status).toBe(1);
    expect(stderr).not.toContain('Cancelled');
    const error = { code: 'file.disk-full', message: expect.stringContaining('step-000008') as string };
    if (flags.length > 0) expect(JSON.parse(stdout)).toMatchObject({ ok: false, state: 'failed', error });
    else
      expect(stderr).toMatch(/^error file\.disk-full: The disk is full: .*step-000008\.safetensors was not written/m);
    expect(await recordOf(inProject('out'))).toMatchObject({ state: 'interrupted' });
    // With space again, it goes on.
    expect((await cli('resume', 'out')).code).toBe(0);
    expect(await recordOf(inProject('out'))).toMatchObject({ state: 'completed' });
  });
});

describe('a run folder that is moved during the run', () => {
  it.each([[[]], [['--json']]])('%j: the run failed, and nothing is made in its place; exit 1', async (flags) => {
    await config({ epochs: 2000 });
    const started = fixture.begin('run', 'tiny.sparse.yaml', '-o', 'out', ...flags);
    const journal = inProject('out/events.jsonl');
    await vi.waitUntil(() => existsSync(journal) && readFileSync(journal, 'utf8').includes('"type":"epoch"'), 20_000);
    renameSync(inProject('out'), inProject('moved'));
    const { code, out, err } = await started.finished;
    expect(code).toBe(1);
    const message = expect.stringMatching(/out was moved or deleted while its run wrote into it/) as string;
    if (flags.length > 0) expect(JSON.parse(out)).toMatchObject({ error: { code: 'runs.folder-gone', message } });
    else expect(err).toEqual(message);
    expect(existsSync(inProject('out'))).toBe(false);
    expect((await recordOf(inProject('moved'))).state).toBe('interrupted');
  });
});

describe('a process that is killed before its run has a record', () => {
  it('leaves a folder that the next run takes', async () => {
    const trap = inProject('trap.cjs');
    await writeFile(
      trap,
      `const fs = require('node:fs/promises');
       const { open } = fs;
       fs.open = (path, ...rest) => {
         if (String(path).includes('.run.json.')) process.kill(process.pid, 'SIGKILL');
         return open(path, ...rest);
       };`,
    );
    const args = ['run', 'tiny.sparse.yaml', '-o', 'out'];
    const killed = spawnSync(process.execPath, ['--require', trap, fixture.built.cli, ...args], {
      cwd: fixture.project.root,
    });
    expect(killed.signal).toBe('SIGKILL');
    expect(existsSync(inProject('out/config.yaml'))).toBe(true);
    expect(existsSync(inProject('out/run.json'))).toBe(false);
    expect((await cli('resume', 'out')).err).toMatch(/^error runs\.no-record: /);
    expect((await cli(...args)).code).toBe(0);
    expect(await recordOf(inProject('out'))).toMatchObject({ state: 'completed' });
    expect(existsSync(inProject('out/writer.lock'))).toBe(false);
  });
});

describe('a run folder below a file', () => {
  it('is refused by a sentence that names the file; exit 1', async () => {
    await writeFile(inProject('afile'), '');
    for (const output of ['afile', 'afile/sub', 'afile/a/b']) {
      const { code, out, err } = await cli('run', 'tiny.sparse.yaml', '-o', output);
      expect([code, out]).toEqual([1, '']);
      expect(err).toBe(
        `error file.in-the-way: ${inProject('afile')} is not a folder, and one is needed there. ` +
          'Rename it, or choose another folder.\n',
      );
    }
  });
});

describe('an error nobody caught', () => {
  it.each([
    ['thrown', "throw new Error('secret of the program')"],
    ['rejected', "void Promise.reject(new Error('secret of the program'))"],
  ])('%s: one sentence and the stack, exit 2', async (_, statement) => {
    const trap = inProject('trap.cjs');
    // After the program has begun.
    await writeFile(trap, `setImmediate(() => { ${statement}; });`);
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--require', trap, fixture.built.cli, 'doctor'], {
      encoding: 'utf8',
    });
    expect([status, stdout]).toEqual([2, '']);
    const [sentence, first, ...stack] = stderr.trimEnd().split('\n');
    expect(sentence).toBe(
      'error cli.internal: Sparsescope met an error of its own: secret of the program. Please report it.',
    );
    expect(first).toBe('Error: secret of the program');
    expect(stack.length).toBeGreaterThan(0);
    expect(stack.every((line) => line.startsWith('    at '))).toBe(true);
  });
});
