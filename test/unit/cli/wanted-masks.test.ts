import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeSafetensors } from '../../../src/formats/safetensors';
import type { Change } from '../engine/project';
import { configText } from '../engine/project';
import { cliFixture } from './fixture';
import { answer } from './sparsescope';

const fixture = cliFixture();
const { cli, config } = fixture;
const inProject = (path: string): string => join(fixture.project.root, path);
const led: Change = { init: 'eoi', sparsity: 'eoi: { pattern: { file: wanted.safetensors } }' };

const write = (shape: number[], value: number): Promise<void> =>
  writeSafetensors(
    inProject('wanted.safetensors'),
    [{ name: 'layers.fc1.mask', dtype: 'U8', shape, data: new Uint8Array(shape[0] * shape[1]).fill(value) }],
    {},
  );

/** `check` and `init` of the same config: the codes that they tell. */
async function told(): Promise<[string, string]> {
  const checked = await cli('check', 'tiny.sparse.yaml');
  const begun = await cli('init', 'tiny.sparse.yaml', '-o', 'out.safetensors');
  expect([checked.code, begun.code, checked.err]).toEqual([1, 1, '']);
  const [, code, sentence] = /^tiny\.sparse\.yaml:12:\d+: error ([^:]+): ([^\n]*)\n$/m.exec(checked.out)!;
  expect(begun.err).toContain(sentence);
  return [code, /error ([^:]+):/.exec(begun.err)![1]];
}

it('check says of the masks of a file what a run would', async () => {
  await config(led);
  expect(await told()).toEqual(['file.not-found', 'file.not-found']);
  await writeFile(inProject('wanted.safetensors'), 'no tensors at all');
  expect((await told())[0]).toMatch(/^safetensors\./);
  const wrong: [number[], number, string][] = [
    [[784, 12], 1, 'engine.wanted-mask-shape'],
    [[12, 784], 2, 'engine.wanted-mask-not-bits'],
    [[12, 784], 0, 'eoi.pattern-too-sparse'],
    [[12, 784], 1, 'engine.wanted-mask-missing'],
  ];
  for (const [shape, value, code] of wrong) {
    await write(shape, value);
    expect(await told()).toEqual([code, code]);
  }
  const json = answer(await cli('check', 'tiny.sparse.yaml', '--json'));
  expect(json).toMatchObject({
    ok: false,
    plan: null,
    issues: expect.arrayContaining([
      expect.objectContaining({ code: 'engine.wanted-mask-missing', path: 'sparsity.eoi.pattern.file', line: 12 }),
    ]) as object[],
  });
});

it('and nothing of masks that fit, also in each trial of a sweep', async () => {
  await config({ init: 'eoi' });
  await cli('init', 'tiny.sparse.yaml', '-o', 'wanted.safetensors');
  await config(led);
  expect((await cli('check', 'tiny.sparse.yaml')).code).toBe(0);
  const files = ['wanted.safetensors', 'other.safetensors'];
  const sweep = `sweep: { sparsity.eoi.pattern: [${files.map((file) => `{ file: ${file} }`).join(', ')}], seed: [1, 2] }\n`;
  await writeFile(inProject('tiny.sparse.yaml'), `${configText(led)}${sweep}`);
  const { code, out } = await cli('check', 'tiny.sparse.yaml');
  expect(code).toBe(1);
  expect(out.match(/error file\.not-found: [^\n]*other\.safetensors/g)).toHaveLength(1);
  await writeFile(inProject('other.safetensors'), await readFile(inProject('wanted.safetensors')));
  expect((await cli('check', 'tiny.sparse.yaml')).code).toBe(0);
});
