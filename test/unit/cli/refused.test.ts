import { readdir, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { configText } from '../engine/project';
import { cliFixture } from './fixture';
import { answer } from './sparsescope';

const fixture = cliFixture();
const { cli } = fixture;

const config = 'tiny.sparse.yaml';
const write = (text: string): Promise<void> => writeFile(fixture.project.configPath, text);

/** With what each needs to write, where it would. */
const commands: [command: string, args: string[]][] = [
  ['run', []],
  ['init', ['-o', 'out.safetensors']],
  ['prune', ['-o', 'out.safetensors']],
  ['density', []],
];

describe.each(commands)('%s of a config with mistakes', (command, args) => {
  it('tells each once, at its place; exit 1, nothing written', async () => {
    await write(configText().replace('density:', 'densty:').replace('init: eoi', 'init: frob'));
    const before = await readdir(fixture.project.root);
    const { code, out, err } = await cli(command, config, ...args);
    expect([code, out]).toEqual([1, '']);
    expect(err.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^tiny\.sparse\.yaml:12:13: error config\.unknown-key: .*densty/) as string,
      expect.stringMatching(/^tiny\.sparse\.yaml:12:\d+: error config\.not-one-of: .*frob/) as string,
    ]);
    expect(await readdir(fixture.project.root)).toEqual(before);
  });

  it('one that cannot be had is one sentence', async () => {
    await write(configText({ density: 0.0001 }));
    const { code, out, err } = await cli(command, config, ...args);
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/^tiny\.sparse\.yaml:12:\d+: error config\.density-too-low: .*\n$/);
  });

  it('answers them with --json, and leaves stderr empty', async () => {
    await write(configText({ density: 0.0001 }));
    const finished = await cli(command, config, ...args, '--json');
    expect([finished.code, finished.err]).toEqual([1, '']);
    expect(answer(finished)).toMatchObject({
      sparsescope: 1,
      command,
      ok: false,
      error: { code: 'config.invalid', details: { issues: [{ code: 'config.density-too-low', line: 12 }] } },
    });
  });
});

it('the warnings of a config that can be worked with are told before its results', async () => {
  await write(configText({ sparsity: 'synflow: { iterations: 5 }' }));
  const { code, err, out } = await cli('density', config);
  expect(code).toBe(0);
  expect(err).toMatch(/^tiny\.sparse\.yaml:12:\d+: warning config\.no-effect: .*\n$/);
  expect(out).toContain('fc1');
});
