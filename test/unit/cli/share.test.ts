/** `share` and `expand`: from weights to a memory, and back; and `inspect` of what holds one. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openFile } from '../../../src/formats/byte-source';
import { openSafetensors, writeSafetensors } from '../../../src/formats/safetensors';
import type { TensorToWrite } from '../../../src/formats/safetensors';
import { configText } from '../engine/project';
import type { Change } from '../engine/project';
import { npyFile } from '../formats/npy-file';
import { cliFixture } from './fixture';
import { answer } from './sparsescope';

const fixture = cliFixture();
const { cli } = fixture;

/** With a convolution in groups, a batch norm, and a layer without a bias. */
const layers = [
  '{ name: conv1, conv: { in: 1, out: 4, kernel: 3, stride: 4 } }',
  '{ name: bn1, batchNorm: { size: 4 } }',
  '{ activation: relu }',
  '{ name: conv2, conv: { in: 4, out: 8, kernel: [2, 3], stride: 2, groups: 2, bias: false } }',
  '{ activation: relu }',
  '{ reshape: mean }',
  '{ name: fc, linear: { in: 8, out: 10 } }',
];

const inFolder = (name: string): string => join(fixture.project.root, name);
const write = (name: string, change: Change): Promise<void> => writeFile(inFolder(name), configText(change));

/** A dense network of these layers as `init` writes it, and the config that shares its weights. */
async function dense(sharing: string, change: Change = {}): Promise<void> {
  await write('dense.sparse.yaml', { layers, init: 'base', density: 1, ...change });
  await write('shared.sparse.yaml', { layers, sharing, ...change });
  const { err } = await cli('init', 'dense.sparse.yaml', '-o', 'dense.safetensors');
  expect(err).toBe('');
}

const tensorsOf = async (name: string): Promise<Map<string, { shape: number[]; data: Buffer }>> => {
  const file = await openSafetensors(await openFile(inFolder(name)));
  const found = new Map<string, { shape: number[]; data: Buffer }>();
  for (const entry of file.tensors)
    found.set(entry.name, { shape: entry.shape, data: Buffer.from(await file.readBytes(entry)) });
  await file.close();
  return found;
};

describe('share and expand', () => {
  it.each(['fold', 'fold, include: { names: ["conv*"] }'])('are exact at compression 1: %s', async (mapping) => {
    await dense(`compression: 1, mapping: ${mapping}`);
    const shared = await cli('share', 'dense.safetensors', 'shared.sparse.yaml', '-o', 'shared.safetensors');
    expect([shared.code, shared.err]).toEqual([0, '']);
    expect(shared.out).toMatch(/^conv2 +8 x 2 x 2 x 3 +0$/m);
    const held = await tensorsOf('shared.safetensors');
    expect(held.has('layers.conv2.weight')).toBe(false);
    expect(held.has('layers.fc.weight')).toBe(mapping !== 'fold');
    const expanded = await cli('expand', 'shared.safetensors', '-o', 'back.safetensors');
    expect([expanded.code, expanded.err]).toEqual([0, '']);
    const [before, after] = [await tensorsOf('dense.safetensors'), await tensorsOf('back.safetensors')];
    expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
    for (const [name, { shape, data }] of before) {
      expect(after.get(name)!.shape, name).toEqual(shape);
      expect(after.get(name)!.data.equals(data), name).toBe(true);
    }
    // What was expanded is a dense file like any other.
    expect((await cli('share', 'back.safetensors', 'shared.sparse.yaml', '-o', 'again.safetensors')).code).toBe(0);
    expect(await readFile(inFolder('again.safetensors'))).toEqual(await readFile(inFolder('shared.safetensors')));
  });

  it('answer with --json what the memory does not hold, and a file alone is enough to expand', async () => {
    await dense('method: roast, compression: 5, tile: [2, 2], initStd: 0.3');
    const shared = answer(
      await cli('share', 'dense.safetensors', 'shared.sparse.yaml', '-o', 's.safetensors', '--json'),
    );
    expect(shared).toMatchObject({ sparsescope: 1, command: 'share', ok: true, n: 212, m: 42 });
    expect(shared['error']).toBeGreaterThan(0.5);
    expect(shared['error']).toBeLessThan(1);
    const expanded = answer(await cli('expand', 's.safetensors', '-o', 'b.safetensors', '--json'));
    expect(expanded).toMatchObject({ command: 'expand', ok: true, n: 212, m: 42 });
    expect(expanded['layers']).toEqual([
      { name: 'conv1', shape: [4, 1, 3, 3] },
      { name: 'conv2', shape: [8, 2, 2, 3] },
      { name: 'fc', shape: [10, 8] },
    ]);
    // What is expanded is in the memory to begin with: it goes there and back unchanged, up to rounding.
    const again = answer(await cli('share', 'b.safetensors', 'shared.sparse.yaml', '-o', 'c.safetensors', '--json'));
    expect(again['error']).toBeLessThan(1e-6);
  });

  it('of an embedding there is no mask, as in a file of dense weights', async () => {
    const values = Int32Array.from({ length: 60 }, (_, i) => i % 9);
    await mkdir(inFolder('tokens'));
    await writeFile(inFolder('tokens/x_train.npy'), npyFile('<i4', [20, 3], values));
    await writeFile(
      inFolder('tokens/y_train.npy'),
      npyFile('<i4', [20], values.map((value) => value % 4).subarray(0, 20)),
    );
    const own = [
      '{ name: table, embedding: { size: 9, width: 6 } }',
      '{ reshape: mean }',
      '{ name: fc, linear: { in: 6, out: 4 } }',
    ];
    await dense('compression: 1', { layers: own, data: 'source: npy, path: ./tokens' });
    expect((await cli('share', 'dense.safetensors', 'shared.sparse.yaml', '-o', 's.safetensors')).err).toBe('');
    expect((await cli('expand', 's.safetensors', '-o', 'back.safetensors')).err).toBe('');
    const [before, after] = [await tensorsOf('dense.safetensors'), await tensorsOf('back.safetensors')];
    expect([...after].sort()).toEqual([...before].sort());
  });

  it('of a checkpoint nothing that was of its memory is left', async () => {
    await write('shared.sparse.yaml', { layers, sharing: 'compression: 5', epochs: 1 });
    expect((await cli('run', 'shared.sparse.yaml', '-o', 'out')).code).toBe(0);
    const checkpoint = 'out/checkpoints/step-000006.safetensors';
    const held = [...(await tensorsOf(checkpoint)).keys()];
    expect(held).toEqual(expect.arrayContaining(['sharing.memory', 'sharing.watch', 'sharing.looks']));
    expect((await cli('expand', checkpoint, '-o', 'back.safetensors')).code).toBe(0);
    const kept = held.filter((name) => !/^(sharing|optimizer)\./.test(name));
    const made = ['conv1', 'conv2', 'fc'].flatMap((name) => [`layers.${name}.weight`, `layers.${name}.mask`]);
    expect([...(await tensorsOf('back.safetensors')).keys()].sort()).toEqual([...kept, ...made].sort());
  });

  it('inspect lists the weights that a memory stands for, which take no bytes of their own', async () => {
    await dense('compression: 5');
    await cli('share', 'dense.safetensors', 'shared.sparse.yaml', '-o', 's.safetensors');
    const { out } = await cli('inspect', 's.safetensors');
    expect(out).toMatch(/^sharing\.memory +F32 +42 +168 /m);
    expect(out).toMatch(/^layers\.conv2\.weight +F32 +8 x 2 x 2 x 3 +shared +1 +96$/m);
    const json = answer(await cli('inspect', 's.safetensors', '--json'));
    expect(json['tensors']).toContainEqual(
      expect.objectContaining({ name: 'layers.fc.weight', shape: [10, 8], bytes: 0, recovered: true }),
    );
  });
});

describe('what cannot be put into a memory, or taken out of one', () => {
  const refused = async (code: string, ...args: string[]): Promise<string> => {
    const finished = await cli(...args, '-o', 'out.safetensors');
    expect([finished.code, finished.out]).toEqual([1, '']);
    expect(finished.err).toMatch(new RegExp(`^error ${code.replace('.', '\\.')}: .*\\n$`));
    await expect(readFile(inFolder('out.safetensors'))).rejects.toThrow();
    return finished.err;
  };

  /** `file`, with the fourth number of a tensor changed. */
  async function spoil(tensor: string, value: number, file = 'dense.safetensors'): Promise<void> {
    const opened = await openSafetensors(await openFile(inFolder(file)));
    const { metadata } = opened;
    await opened.close();
    const tensors = [...(await tensorsOf(file))].map(([name, { shape, data }]): TensorToWrite => {
      if (name === tensor) data.writeFloatLE(value, 12);
      return { name, dtype: name.endsWith('mask') ? 'U8' : 'F32', shape, data };
    });
    await writeSafetensors(inFolder('spoilt.safetensors'), tensors, metadata);
  }

  it('is refused with a sentence, and nothing is written', async () => {
    await dense('compression: 5');
    expect(await refused('engine.nothing-to-share', 'share', 'dense.safetensors', 'dense.sparse.yaml')).toContain(
      'sharing',
    );
    expect(await refused('runs.nothing-shared', 'expand', 'dense.safetensors')).toContain('dense.safetensors');
    await spoil('layers.conv2.weight', NaN);
    const text = await refused('engine.weights-not-finite', 'share', 'spoilt.safetensors', 'shared.sparse.yaml');
    expect(text).toContain('NaN at flat index 3 of layers.conv2.weight');
    for (const tensor of ['conv1.bias', 'bn1.running_var']) {
      await spoil(`layers.${tensor}`, -Infinity);
      await refused('engine.weights-not-finite', 'share', 'spoilt.safetensors', 'shared.sparse.yaml');
    }
    expect((await cli('share', 'dense.safetensors', 'shared.sparse.yaml', '-o', 's.safetensors')).code).toBe(0);
    for (const tensor of ['layers.conv1.bias', 'layers.bn1.running_mean']) {
      await spoil(tensor, -Infinity, 's.safetensors');
      const why = await refused('runs.copied-not-finite', 'expand', 'spoilt.safetensors');
      expect(why).toContain(`-Infinity at flat index 3 of ${tensor}, which is not shared`);
    }
    await write('other.sparse.yaml', { sharing: 'compression: 5' });
    const unfit = await refused('engine.file-does-not-fit', 'share', 'dense.safetensors', 'other.sparse.yaml');
    expect(unfit).toContain('layers.fc1.weight');
    await refused('file.not-found', 'share', 'none.safetensors', 'shared.sparse.yaml');
  });

  it('metadata that does not fit, and a memory with what is no number, too', async () => {
    await dense('compression: 5');
    await cli('share', 'dense.safetensors', 'shared.sparse.yaml', '-o', 's.safetensors');
    const text = (await readFile(inFolder('s.safetensors'))).toString('latin1');
    const change = (from: string, to: string): Promise<void> => {
      expect(text).toContain(from);
      return writeFile(inFolder('bad.safetensors'), Buffer.from(text.replace(from, to), 'latin1'));
    };
    await change('\\"m\\":42', '\\"m\\":41');
    await refused('rps.bad-metadata', 'expand', 'bad.safetensors');
    await change('\\"mapping\\":\\"fold\\"', '\\"mapping\\":\\"fald\\"');
    await refused('rps.bad-metadata', 'expand', 'bad.safetensors');
    // As many weights, but not those of the bias.
    await change('\\"rows\\":10,\\"columns\\":8', '\\"rows\\":8,\\"columns\\":10');
    expect(await refused('rps.bad-metadata', 'expand', 'bad.safetensors')).toContain(
      'layer "fc" has 8 rows, and its bias in the file 10 values',
    );
    await change('"sharing.memory":', '"sharing.memery":');
    await refused('safetensors.shared-memory', 'expand', 'bad.safetensors');
    // Its tensors can be looked at all the same.
    await change('\\"m\\":42', '\\"m\\":41');
    const inspected = await cli('inspect', 'bad.safetensors');
    expect([inspected.code, inspected.err]).toEqual([
      0,
      expect.stringMatching(/^warning: the weights that are shared cannot be recovered \(rps\.bad-metadata\): /),
    ]);
    expect(inspected.out).toMatch(/\nsharing\.memory +F32 +42 +168 /);
    expect(inspected.out).not.toContain('layers.fc1.weight');
    expect(answer(await cli('inspect', 'bad.safetensors', '--json'))).toMatchObject({
      problem: { code: 'rps.bad-metadata' },
    });
    const memory = Float32Array.from({ length: 42 }, (_, j) => (j === 7 ? NaN : 1));
    const file = await openSafetensors(await openFile(inFolder('s.safetensors')));
    const { metadata } = file;
    await file.close();
    const tensor: TensorToWrite = { name: 'sharing.memory', dtype: 'F32', shape: [42], data: memory };
    await writeSafetensors(inFolder('bad.safetensors'), [tensor], metadata);
    expect(await refused('runs.memory-not-finite', 'expand', 'bad.safetensors')).toContain('place 7');
    // A memory of finite numbers may make weights that are none.
    await dense('method: roast, compression: 5, tile: [2, 2], initStd: 0.3');
    await cli('share', 'dense.safetensors', 'shared.sparse.yaml', '-o', 's.safetensors');
    const large = (await readFile(inFolder('s.safetensors'))).toString('latin1');
    const [lambda] = /(?<=\\"lambda\\":)[\d.]+/.exec(large)!;
    // As many bytes, or no tensor lies where the header says.
    const changed = large.replace(`\\"lambda\\":${lambda}`, `\\"lambda\\":${'1e300'.padStart(lambda.length)}`);
    await writeFile(inFolder('bad.safetensors'), Buffer.from(changed, 'latin1'));
    expect(await refused('runs.recovered-not-finite', 'expand', 'bad.safetensors')).toMatch(
      /bad\.safetensors makes -?Infinity at flat index 0 of layers\.conv1\.weight:/,
    );
  });
});
