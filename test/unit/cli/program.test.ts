import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../../src/cli/errors';
import { commandLine } from '../../../src/cli/program';
import { cliFixture } from './fixture';
import { noConvergence, noEnd } from '../../../src/core/errors';

const line = (script: string, platform = 'linux'): string =>
  commandLine(['resume', '/a b/run-1'], { script, folder: '/home/me/clone', platform });

describe('the command line that goes on with a run', () => {
  it.each([
    ['/home/me/clone/dist/cli.js', 'linux', "node dist/cli.js resume '/a b/run-1'"],
    ['/home/me/it is/dist/cli.js', 'linux', "node '../it is/dist/cli.js' resume '/a b/run-1'"],
    ["/home/me/clone/it's.js", 'linux', "node 'it'\\''s.js' resume '/a b/run-1'"],
    ['/usr/local/bin/sparsescope', 'linux', "sparsescope resume '/a b/run-1'"],
    ['/home/me/clone/dist/cli.js', 'win32', 'node dist/cli.js resume "/a b/run-1"'],
  ])('%s on %s', (script, platform, expected) => {
    expect(line(script, platform)).toBe(expected);
  });
});

const fixture = cliFixture();
it.each([
  ['run', ['']],
  ['check', ['']],
  ['inspect', ['']],
  ['resume', ['']],
  ['share', ['a.safetensors', '', '-o', 'b.safetensors']],
  ['init', ['tiny.sparse.yaml', '-o', '']],
  ['report', ['run', '-o', '']],
  ['run', ['tiny.sparse.yaml', '-o', '']],
])('%s with an empty path is one sentence that says which: %j', async (command, args) => {
  const { code, out, err } = await fixture.cli(command, ...args);
  expect([code, out]).toEqual([1, '']);
  expect(err).toMatch(/^error cli\.usage: (?:config|file|run|-o) is empty; a path was expected\. See: [^\n]+\n$/);
});

describe('what asks to be reported', () => {
  it('is a fault of the program: exit 2', () => {
    expect([exitCodeOf(noConvergence(2, 2)), exitCodeOf(noEnd(2, 2, 1, 9))]).toEqual([2, 2]);
  });
});
