/** Commands that read a safetensors file hold its bytes against the checksum that it was written with. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { openFile } from '../../../src/formats/byte-source';
import { openSafetensors, safetensorsChunks } from '../../../src/formats/safetensors';
import type { TensorToWrite } from '../../../src/formats/safetensors';
import { configText } from '../engine/project';
import { cliFixture } from './fixture';
import { answer } from './sparsescope';

const fixture = cliFixture();
const { cli } = fixture;
const inFolder = (name: string): string => join(fixture.project.root, name);
const write = (name: string, text: string): Promise<void> => writeFile(inFolder(name), text);

beforeEach(async () => {
  await write('dense.sparse.yaml', configText({ init: 'base', density: 1 }));
  await write('eoi.sparse.yaml', configText({ density: 0.3 }));
  await write('shared.sparse.yaml', configText({ sharing: 'compression: 4' }));
  await write('guided.sparse.yaml', configText({ sparsity: 'eoi: { pattern: { file: eoi.safetensors } }' }));
  for (const name of ['dense', 'eoi', 'shared'])
    expect((await cli('init', `${name}.sparse.yaml`, '-o', `${name}.safetensors`)).err).toBe('');
});

/** Changes the lowest bit of the last byte of the tensors. */
const flip = async (name: string): Promise<void> => {
  const bytes = await readFile(inFolder(name));
  bytes[bytes.length - 1] ^= 1;
  await writeFile(inFolder(name), bytes);
};

const withoutSum = async (name: string): Promise<void> => {
  const file = await openSafetensors(await openFile(inFolder(name)));
  const metadata = Object.fromEntries(Object.entries(file.metadata).filter(([key]) => key !== 'sha256'));
  const tensors: TensorToWrite[] = [];
  for (const entry of file.tensors) tensors.push({ ...entry, data: await file.readBytes(entry) });
  await file.close();
  await writeFile(inFolder(name), Buffer.concat([...safetensorsChunks(tensors, metadata)]));
};

const changed = 'its tensors are not those that were written: their SHA-256 is not that in the metadata.';

describe('a changed file', () => {
  it.each([
    ['expand', 'shared.safetensors', ['expand', 'shared.safetensors', '-o', 'out.safetensors']],
    ['share', 'dense.safetensors', ['share', 'dense.safetensors', 'shared.sparse.yaml', '-o', 'out.safetensors']],
    ['factor', 'eoi.safetensors', ['factor', 'eoi.safetensors', 'layers.fc2.weight', '-o', 'out.safetensors']],
  ])('is refused by %s; one without a checksum is taken as it is', async (_, file, command) => {
    expect(await cli(...command)).toMatchObject({ code: 0 });
    await flip(file);
    const { code, out, err } = await cli(...command);
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('error safetensors.changed: ');
    expect(err).toContain(`${file}: ${changed}`);
    await flip(file);
    await withoutSum(file);
    expect(await cli(...command)).toMatchObject({ code: 0 });
  });

  it('is refused as a pattern', async () => {
    await flip('eoi.safetensors');
    const { code, err } = await cli('init', 'guided.sparse.yaml', '-o', 'out.safetensors');
    expect(code).toBe(1);
    expect(err).toMatch(/^error safetensors\.changed: .*eoi\.safetensors: its tensors/m);
  });

  it('is listed by inspect, which says it, unless its data is left unread', async () => {
    await flip('eoi.safetensors');
    const { code, out, err } = await cli('inspect', 'eoi.safetensors');
    expect(code).toBe(0);
    expect(out).toContain('layers.fc1.weight');
    expect(err).toMatch(/^warning: eoi\.safetensors: its tensors are not those that were written: .*\n$/);
    expect(answer(await cli('inspect', 'eoi.safetensors', '--json'))).toMatchObject({
      ok: true,
      changed: { code: 'safetensors.changed' },
    });
    expect((await cli('inspect', 'eoi.safetensors', '--header')).err).toBe('');
    await flip('eoi.safetensors');
    expect((await cli('inspect', 'eoi.safetensors')).err).toBe('');
  });
});
