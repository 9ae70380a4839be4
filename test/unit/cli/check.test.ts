import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { configText } from '../engine/project';
import { cliFixture } from './fixture';
import { answer } from './sparsescope';

const fixture = cliFixture();
const { cli, config } = fixture;
beforeEach(() => config());
const inProject = (path: string): string => join(fixture.project.root, path);

describe('check', () => {
  it('prints what a config comes to', async () => {
    const { code, out, err } = await cli('check', 'tiny.sparse.yaml');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/fc1 +12 x 784 +0\.3\d* +2,8\d\d +9,408/);
    expect(out).toContain('parameters with biases');
  });

  it('answers issues with code, line and column, and exit 1', async () => {
    await config({}, configText().replace('density: 0.3', 'density: 0.0001'));
    const finished = await cli('check', 'tiny.sparse.yaml', '--json');
    expect([finished.code, finished.err]).toEqual([1, '']);
    const {
      issues,
      ok,
      plan,
      sparsescope: version,
    } = answer(finished) as unknown as {
      issues: { code: string; line: number; column: number; message: string }[];
      ok: boolean;
      plan: null;
      sparsescope: number;
    };
    expect([version, ok, plan]).toEqual([1, false, null]);
    expect(issues[0]).toMatchObject({ line: 12, severity: 'error', code: expect.any(String) as string });
    expect(issues[0].column).toBeGreaterThan(1);
  });

  it('answers the plan with --json', async () => {
    const finished = await cli('check', 'tiny.sparse.yaml', '--json');
    expect(finished.code).toBe(0);
    expect(answer(finished)).toMatchObject({
      ok: true,
      // It is a small one.
      issues: [{ code: 'data.not-as-published', severity: 'warning', path: 'data.path' }],
      plan: {
        weights: 784 * 12 + 144 + 120,
        layers: [{ name: 'fc1', shape: [12, 784], targetNonZeros: 2823 }, {}, {}],
      },
    });
  });

  it('looks for the files of the data: at data.path, with what is missing, and exit 1', async () => {
    await rm(inProject('data/train-labels-idx1-ubyte'));
    const { code, out, err } = await cli('check', 'tiny.sparse.yaml');
    expect([code, err]).toEqual([1, '']);
    const folder = inProject('data');
    expect(out).toContain(
      `tiny.sparse.yaml:11:30: error data.file-missing: ${folder} has no file train-labels-idx1-ubyte or `,
    );
    expect(out.trimEnd().split('\n')).toHaveLength(1);
    const json = await cli('check', 'tiny.sparse.yaml', '--json');
    expect(json.code).toBe(1);
    expect(answer(json)).toMatchObject({
      ok: false,
      plan: null,
      issues: [{ code: 'data.file-missing', severity: 'error', path: 'data.path', line: 11, column: 30 }],
    });
    // The first weights need no data.
    expect((await cli('init', 'tiny.sparse.yaml', '-o', 'x.safetensors')).code).toBe(0);
    // Without a held-out part, the test files are read too.
    await writeFile(inProject('data/train-labels-idx1-ubyte'), '');
    await config({}, configText().replace('validation: 0.2', 'validation: 0'));
    expect((await cli('check', 'tiny.sparse.yaml')).out).toContain('no file t10k-images-idx3-ubyte or ');
  });

  it('reads the files of the data: at data.path, with what is wrong, and exit 1', async () => {
    const labels = inProject('data/train-labels-idx1-ubyte');
    const bytes = await readFile(labels);
    bytes[bytes.length - 1] = 11;
    await writeFile(labels, bytes);
    const { code, out, err } = await cli('check', 'tiny.sparse.yaml');
    expect([code, err]).toEqual([1, '']);
    expect(out).toBe(
      `tiny.sparse.yaml:11:30: error data.label-out-of-range: ${labels} has the label 11; 0 to 9 were expected. Check that it is the right file.\n`,
    );
    await writeFile(labels, bytes.subarray(0, 20));
    expect((await cli('check', 'tiny.sparse.yaml')).out).toMatch(/^\S+ error idx\.truncated: \S+train-labels/);
  });

  it('looks for the files of every trial of a sweep, and says how many lack them', async () => {
    const swept = (paths: string) => config({}, `${configText()}sweep: { seed: [1, 2], data.path: [${paths}] }\n`);
    await swept('./data, ./nowhere');
    const some = await cli('check', 'tiny.sparse.yaml');
    expect([some.code, some.err]).toEqual([0, '']);
    expect(some.out).toMatch(
      /^tiny\.sparse\.yaml:22:44: warning data\.file-missing: \S+nowhere has no file .*download.* So 2 of 4 trials fail/m,
    );
    await swept('./nowhere, ./nor-here');
    const none = await cli('check', 'tiny.sparse.yaml');
    expect(none.code).toBe(1);
    expect(none.out.match(/error data\.file-missing/g)).toHaveLength(2);
    await swept('./data');
    expect((await cli('check', 'tiny.sparse.yaml')).out).not.toContain('data.file-missing');
    // A person's own arrays are looked for in each trial too.
    await config({}, `${configText({ data: 'source: npy, path: ./data' })}sweep: { data.path: [./data, ./nowhere] }\n`);
    const own = await cli('check', 'tiny.sparse.yaml');
    expect(own.code).toBe(1);
    expect(own.out.match(/error file\.not-found: .*x_train\.npy/g)).toHaveLength(2);
  });

  it.each([
    ['not YAML', 'version: [1'],
    ['not a config', '42'],
    ['empty', ''],
    ['bytes', '\u0000\u0001\ufffd'],
  ])('%s: exit 1 and a place', async (_, text) => {
    await config({}, text);
    const { code, out, err } = await cli('check', 'tiny.sparse.yaml');
    expect([code, err]).toEqual([1, '']);
    expect(out).toMatch(/^tiny\.sparse\.yaml:\d+:\d+: error config\.[a-z-]+: /);
  });

  it.each(['none.sparse.yaml', 'data'])('%s: one sentence, exit 1', async (name) => {
    const { code, err } = await cli('check', name);
    expect(code).toBe(1);
    expect(err).toMatch(/^error file\.[a-z-]+: .*\n$/);
  });
});
