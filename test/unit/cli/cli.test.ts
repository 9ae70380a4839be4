import { access, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { protocolVersion } from '../../../src/protocol/engine';
import { configText, finalCheckpoint, outcome, recordOf, totalSteps } from '../engine/project';
import { cliFixture } from './fixture';
import { answer, printed } from './sparsescope';

const fixture = cliFixture();
const { cli, config, begin } = fixture;
beforeEach(() => config());
const inProject = (path: string): string => join(fixture.project.root, path);

describe('density', () => {
  it('tells what each layer keeps, and nothing of overlap where no pattern is wanted', async () => {
    await config({ density: 0.5 });
    const { code, out, err } = await cli('density', 'tiny.sparse.yaml');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^layer +shape +target +density +non-zeros +of$/m);
    expect(out).toMatch(/^all +0\.5 +0\.\d+ +[\d,]+ +9,672$/m);
  });

  it('tells wanted density and overlap of a pattern', async () => {
    await config({ sparsity: 'eoi: { pattern: { blocks: [3, 3] } }' });
    const { code, out } = await cli('density', 'tiny.sparse.yaml');
    expect(code).toBe(0);
    expect(out).toMatch(/^layer +shape +target +density +non-zeros +of +overlap$/m);
    expect(out).toMatch(/^fc2 +12 x 12 +0\.25 +0\.25 +36 +144 +1$/m);
    const { layers } = answer(await cli('density', 'tiny.sparse.yaml', '--json')) as { layers: object[] };
    expect(layers[1]).toMatchObject({
      name: 'fc2',
      targetDensity: 0.25,
      density: 0.25,
      details: { overlap: 1, unmatched: 0 },
    });
  });
});

describe('run', () => {
  it('keeps the columns of epochs apart where losses are large', async () => {
    const layers = Array.from({ length: 12 }, (_, l) => [
      `{ name: fc${l}, linear: { in: ${l === 0 ? 784 : 12}, out: 12 } }`,
      '{ activation: relu }',
    ]).flat();
    const change = { init: 'base', density: 1, learningRate: 1e-30, sparsity: 'gain: { weight: 100 }' } as const;
    await config({ ...change, layers: [...layers, '{ name: last, linear: { in: 12, out: 10 } }'] });
    const { code, out } = await cli('run', 'tiny.sparse.yaml');
    expect(code).toBe(0);
    expect(out.match(/^ +[123] +\d+  +\d\.\d{5}e\+\d\d  +[\d.]+ %  +\d\.\d{5}e\+\d\d  +[\d.]+ %$/gm)).toHaveLength(3);
  });

  it('prints layers, epochs and where things are; nothing on stderr', async () => {
    const { code, out, err } = await cli('run', 'tiny.sparse.yaml');
    expect([code, err]).toEqual([0, '']);
    const lines = out.split('\n');
    expect(lines[0]).toBe('run tiny-1  seed 3');
    expect(out).toMatch(/^backend wasm: with(out)? SIMD.*, taken by auto\.\n {8}tensorflow-gpu: not installed/m);
    const header = lines.findIndex((line) => line.startsWith('layer'));
    expect(lines[header]).toMatch(/layer +shape +target +density +non-zeros +max\|WWᵀ-I\| +s min +s mean +s max +dead/);
    expect(lines[header + 1]).toMatch(
      /^fc1 +12 x 784 +0\.3\d* +0\.\d+ +[\d,]+ +\d\.\de-\d +1\.0000\d\d +1\.0+ +1\.0000\d\d +0$/,
    );
    // Aligned: every row ends where the header ends.
    expect(new Set(lines.slice(header, header + 4).map((line) => line.length)).size).toBe(1);
    const epochs = lines.findIndex((line) => line.startsWith('epoch'));
    expect(lines.slice(epochs + 1, epochs + 4).map((line) => line.trim().split(/ {2,}/).slice(0, 2))).toEqual([
      ['1', '6'],
      ['2', '12'],
      ['3', '18'],
    ]);
    const directory = inProject('.sparsescope/runs/tiny-1');
    expect(out).toMatch(/^speed {7}[\d,]+ examples\/s, [\d,]+ MB of memory\nrun folder {2}/m);
    expect(out).toContain(`run folder  ${directory}\n`);
    expect(out).toContain(`report      ${join(directory, 'report.html')}\n`);
    expect(await readFile(join(directory, 'report.html'), 'utf8')).toContain('id="report-data"');
  });

  it('answers one documented JSON object with --json', async () => {
    const finished = await cli('run', 'tiny.sparse.yaml', '--json', '--backend', 'cpu', '-o', 'out');
    expect([finished.code, finished.err]).toEqual([0, '']);
    expect(answer(finished)).toEqual({
      sparsescope: 1,
      command: 'run',
      ok: true,
      state: 'completed',
      run: {
        id: 'out',
        directory: inProject('out'),
        name: 'tiny',
        seed: 3,
        createdAt: expect.any(String) as string,
        elapsed: expect.any(Number) as number,
      },
      backend: { name: 'cpu', reason: expect.stringContaining('asked for') as string },
      executor: {
        name: 'sparse',
        reason: expect.stringContaining('kept weights only') as string,
        threads: expect.any(Number) as number,
        kernels: expect.stringMatching(/^wasm/) as string,
      },
      versions: expect.objectContaining({ tfjs: expect.any(String) as string }) as object,
      dataset: expect.objectContaining({ source: 'mnist', train: 48, validation: 12 }) as object,
      steps: { completed: totalSteps, total: totalSteps },
      layers: (await recordOf(inProject('out'))).layers,
      epochs: [1, 2, 3].map((epoch) => ({
        epoch,
        step: 6 * epoch,
        trainLoss: expect.any(Number) as number,
        trainAccuracy: expect.any(Number) as number,
        validationLoss: expect.any(Number) as number,
        validationAccuracy: expect.any(Number) as number,
      })),
      usage: {
        examplesPerSecond: expect.any(Number) as number,
        rss: expect.any(Number) as number,
        tensorBytes: expect.any(Number) as number,
      },
      report: inProject('out/report.html'),
    });
  });

  it('Ctrl+C cancels, tells how to go on, and going on comes to the same bytes', async () => {
    const change = { epochs: 120 };
    await config(change);
    const started = begin('run', 'tiny.sparse.yaml', '-o', 'stopped');
    await printed(started, '\n    1 ');
    started.child.kill('SIGINT');
    const { code, err, out } = await started.finished;
    expect(code).toBe(130);
    // As it was started here: a bare name would be looked for in a registry.
    expect(err).toContain(
      `Go on with: node ${relative(fixture.project.root, fixture.built.cli)} resume ${inProject('stopped')}\n`,
    );
    expect(out).toContain('report ');
    expect((await recordOf(inProject('stopped'))).state).toBe('cancelled');
    const resumed = await cli('resume', 'stopped');
    expect([resumed.code, resumed.err]).toEqual([0, '']);
    const at = /Cancelled at step (\d+) of 720/.exec(err)![1];
    expect(resumed.out.split('\n')[0]).toBe(`The run goes on from step ${at}.`);
    expect(resumed.out).toContain(`\n  120 `);
    expect(resumed.out.match(/\n +1 {2}/g)).toHaveLength(1);
    expect((await cli('run', 'tiny.sparse.yaml', '-o', 'straight')).code).toBe(0);
    const bytes = (name: string): Promise<Buffer> => finalCheckpoint(inProject(name), 720);
    expect((await bytes('stopped')).equals(await bytes('straight'))).toBe(true);
    expect(await outcome(inProject('stopped'))).toEqual(await outcome(inProject('straight')));
  });

  it('SIGTERM interrupts, and tells how to go on', async () => {
    await config({ epochs: 500 });
    const started = begin('run', 'tiny.sparse.yaml', '-o', 'stopped');
    await printed(started, '\n    1 ');
    started.child.kill('SIGTERM');
    const { code, err } = await started.finished;
    expect(code).toBe(130);
    expect(err).toMatch(/^Ending; press Ctrl\+C .*\nInterrupted at step \d+ of 3000\. Go on with: .* resume /);
    const { state, error } = await recordOf(inProject('stopped'));
    expect([state, error?.code]).toEqual(['interrupted', 'runs.interrupted']);
  });

  it('a second Ctrl+C ends it at once', async () => {
    await config({ epochs: 500 });
    const started = begin('run', 'tiny.sparse.yaml', '-o', 'stopped');
    await printed(started, '\n    1 ');
    started.child.kill('SIGINT');
    started.child.kill('SIGTERM');
    const { code, err } = await started.finished;
    expect(code).toBe(130);
    expect(err.match(/press Ctrl\+C again/g)).toHaveLength(1);
  });

  it('a config with mistakes: each as file:line:column, exit 1, no folder', async () => {
    await config({}, configText().replace('density:', 'densty:'));
    const { code, out, err } = await cli('run', 'tiny.sparse.yaml');
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/^tiny\.sparse\.yaml:12:13: error config\.unknown-key: .*densty/m);
    expect(await fixture.project.runs()).toEqual([]);
    const json = await cli('run', 'tiny.sparse.yaml', '--json');
    expect(json.code).toBe(1);
    expect(answer(json)).toMatchObject({
      sparsescope: 1,
      command: 'run',
      ok: false,
      error: {
        code: 'config.invalid',
        details: { issues: [{ line: 12, column: 13, code: 'config.unknown-key' }] },
      },
    });
  });

  it('a run that fails: the sentence, exit 1, folder and report kept', async () => {
    await config({ learningRate: 100, weightDecay: 1, epochs: 20 });
    const { code, err } = await cli('run', 'tiny.sparse.yaml', '-o', 'failed');
    expect(code).toBe(1);
    expect(err).toContain('error engine.loss-not-finite: ');
    await access(inProject('failed/report.html'));
  });

  it('a folder that cannot be made: one sentence, exit 1', async () => {
    await writeFile(inProject('.sparsescope'), '');
    const { code, err } = await cli('run', 'tiny.sparse.yaml');
    expect(code).toBe(1);
    expect(err).toMatch(/^error file\.in-the-way: .*\n$/);
  });
});

describe('resume', () => {
  it('passes over a damaged checkpoint with a warning, and tells every epoch once', async () => {
    await config({ epochs: 120 });
    const started = begin('run', 'tiny.sparse.yaml', '-o', 'stopped');
    await printed(started, '\n    3 ');
    started.child.kill('SIGINT');
    expect((await started.finished).code).toBe(130);
    const folder = inProject('stopped/checkpoints');
    const steps = (await readdir(folder)).sort();
    // The last one before the end of epoch 2.
    const kept = steps.findIndex((name) => name === 'step-000008.safetensors');
    for (const name of steps.slice(kept + 1)) await truncate(join(folder, name), 100);
    const { code, out, err } = await cli('resume', 'stopped');
    expect(code).toBe(0);
    expect(err.trimEnd().split('\n')).toHaveLength(steps.length - kept - 1);
    expect(err).toMatch(/^(warning: stopped: .*step-\d+\.safetensors cannot be used .* from step 8, .*\n)+$/);
    const epochs = [...out.matchAll(/^ +(\d+) +\d+ +\d+\.\d{5} /gm)].map(([, epoch]) => Number(epoch));
    expect(epochs).toEqual(Array.from({ length: 120 }, (_, i) => i + 1));
    expect(out).toMatch(/^The run goes on from step 8\.\nrun stopped /);
  });

  it('says in its answer from which step it went on', async () => {
    await config({ epochs: 120 });
    const started = begin('run', 'tiny.sparse.yaml', '-o', 'stopped');
    await printed(started, '\n    1 ');
    started.child.kill('SIGINT');
    await started.finished;
    for (const name of await readdir(inProject('stopped/checkpoints')))
      await rm(inProject(`stopped/checkpoints/${name}`));
    const { code, out } = await cli('resume', 'stopped', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ steps: { completed: 720, total: 720, resumedFrom: 0 } });
  });

  it('of a completed run or no run: one sentence, exit 1', async () => {
    expect((await cli('run', 'tiny.sparse.yaml', '-o', 'out')).code).toBe(0);
    const complete = await cli('resume', 'out');
    expect([complete.code, complete.out]).toEqual([1, '']);
    expect(complete.err).toMatch(/^error engine\.run-is-complete: .*\n$/);
    const none = await cli('resume', 'data', '--json');
    expect([none.code, none.err]).toEqual([1, '']);
    expect(answer(none)).toMatchObject({
      sparsescope: 1,
      command: 'resume',
      ok: false,
      error: { code: 'runs.no-record' },
    });
  });
});

describe('init', () => {
  it('writes the weights that a run begins with', async () => {
    const { code, out, err } = await cli('init', 'tiny.sparse.yaml', '-o', 'weights.safetensors');
    expect([code, out, err]).toEqual([0, `${inProject('weights.safetensors')}\n`, '']);
    expect((await cli('run', 'tiny.sparse.yaml', '-o', 'out')).code).toBe(0);
    const bytes = await readFile(inProject('weights.safetensors'));
    expect(bytes.equals(await readFile(inProject('out/init.safetensors')))).toBe(true);
  });

  it('answers what it drew with --json, as density does', async () => {
    const finished = await cli('init', 'tiny.sparse.yaml', '-o', 'weights.safetensors', '--json');
    expect([finished.code, finished.err]).toEqual([0, '']);
    const { layers } = answer(await cli('density', 'tiny.sparse.yaml', '--json'));
    expect(layers).toMatchObject([{ name: 'fc1', shape: [12, 784] }, { name: 'fc2' }, { name: 'fc3' }]);
    const file = inProject('weights.safetensors');
    expect(answer(finished)).toEqual({ sparsescope: 1, command: 'init', ok: true, file, layers });
    await access(file);
    const refused = await cli('init', 'tiny.sparse.yaml', '-o', 'no/where.safetensors', '--json');
    expect([refused.code, refused.err]).toEqual([1, '']);
    expect(answer(refused)).toMatchObject({ command: 'init', ok: false, error: { code: 'file.no-folder' } });
  });

  it('into a folder that is not there: one sentence, exit 1', async () => {
    const { code, err } = await cli('init', 'tiny.sparse.yaml', '-o', 'no/where.safetensors');
    expect(code).toBe(1);
    expect(err).toMatch(/^error file\.no-folder: .*\n$/);
  });
});

describe('report and doctor', () => {
  it('writes the page of a run anywhere', async () => {
    expect((await cli('run', 'tiny.sparse.yaml', '-o', 'out')).code).toBe(0);
    const { code, out } = await cli('report', 'out', '-o', 'page.html');
    expect([code, out]).toEqual([0, `${inProject('page.html')}\n`]);
    expect(await readFile(inProject('page.html'), 'utf8')).toContain('<title>out · Sparsescope</title>');
    const none = await cli('report', 'data', '-o', 'none.html');
    expect(none.code).toBe(1);
    await expect(access(inProject('none.html'))).rejects.toThrow();
  });

  it('says how many steps the journal has lost, on stderr and on the page', async () => {
    expect((await cli('run', 'tiny.sparse.yaml', '-o', 'out')).code).toBe(0);
    const journal = inProject('out/events.jsonl');
    const lines = (await readFile(journal, 'utf8')).split('\n');
    await writeFile(journal, lines.filter((line) => !/"type":"step","step":[78],/.test(line)).join('\n'));
    const { code, err } = await cli('report', 'out', '-o', 'page.html');
    expect(code).toBe(0);
    expect(err).toMatch(/^warning: 2 steps are missing: lines of events\.jsonl were lost or damaged\. .*\n$/);
    expect(await readFile(inProject('page.html'), 'utf8')).toContain('"missingSteps":2');
  });

  it('tells versions, the backend and why', async () => {
    const { code, out } = await cli('doctor');
    expect(code).toBe(0);
    expect(out).toMatch(/^backend +wasm: with.*, taken by auto\.\n +tensorflow-gpu: not installed/m);
    expect(out).toMatch(/^kernels +WebAssembly with (relaxed )?SIMD, (\d+ threads$|1 thread: )/m);
    expect(out).toMatch(
      /^sparse runs +sparse \(wasm[a-z-]*\), \d+ threads?: kept weights only, by kernels of our own/m,
    );
    expect(answer(await cli('doctor', '--json'))).toMatchObject({
      sparsescope: 1,
      command: 'doctor',
      ok: true,
      versions: { node: process.versions.node, protocol: protocolVersion },
      backend: { name: 'wasm', available: ['wasm', 'cpu'] },
      kernels: { kind: expect.stringMatching(/^wasm/) as string, threads: expect.any(Number) as number },
      executor: { name: 'sparse', reason: expect.stringContaining('kept weights only') as string },
      system: { arch: process.arch },
    });
  });
});

describe('usage', () => {
  it.each([
    [['run', '--json'], 'run'],
    [['resume', 'a', '--json', '--frobnicate'], 'resume'],
    [['frobnicate', '--json'], ''],
    [['runn', '--json'], ''],
  ])('%j: exit 1 and a JSON object with one sentence after another', async (args, command) => {
    const finished = await cli(...args);
    expect([finished.code, finished.err]).toEqual([1, '']);
    expect(answer(finished)).toEqual({
      sparsescope: 1,
      command,
      ok: false,
      error: { code: 'cli.usage', message: expect.stringMatching(/^[^\n]*[^.]\. See: .*--help$/) as string },
    });
  });

  it.each([
    [['frobnicate']],
    [['run']],
    [['run', 'a', 'b']],
    [['init', 'a']],
    [['runn']],
    [['run', 'a', '--backend', 'gpu']],
  ])('%j: exit 1 and a line with the code and the sentence of --json', async (args) => {
    const { code, out, err } = await cli(...args);
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/^error cli\.usage: [^\n]*[^.]\. See: [^\n]*--help\n$/);
    const { error } = answer(await cli(...args, '--json')) as unknown as { error: { message: string } };
    expect(err).toBe(`error cli.usage: ${error.message}\n`);
  });

  it('nothing at all: exit 1 and the help', async () => {
    const { code, out, err } = await cli();
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/^Usage: sparsescope/);
    expect(err).not.toContain('error');
  });

  it.each([['--help'], ['--version'], ['help']])('%s: exit 0 on stdout', async (flag) => {
    const { code, out, err } = await cli(flag);
    expect([code, err]).toEqual([0, '']);
    expect(out).not.toBe('');
  });
});
