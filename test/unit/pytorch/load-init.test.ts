/**
 * The example that takes an initialisation to PyTorch, run with a real torch where there is one. It is skipped, with
 * the reason in the test's name, where there is none; in CI that is a failure.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exactOrthogonal } from '../../../src/core/init/eoi';
import { maskedOrthogonal } from '../../../src/core/init/base';
import { Rng } from '../../../src/core/rng';
import { writeSafetensors } from '../../../src/formats/safetensors';
import type { TensorToWrite } from '../../../src/formats/safetensors';
import { rawSafetensors, temporaryFolder } from '../formats/bytes';
import { missing, run } from './python';

const script = 'examples/pytorch/load_init.py';
const shapes: [name: string, rows: number, columns: number][] = [
  ['fc1', 30, 49],
  ['fc2', 30, 30],
  ['fc3', 45, 30],
  ['fc4', 10, 45],
];

const tensorsOf = (init: 'base' | 'eoi'): TensorToWrite[] =>
  shapes.flatMap(([name, rows, columns]) => {
    const rng = Rng.fromSeed(3).split(name);
    const { weights, mask } =
      init === 'eoi'
        ? exactOrthogonal({ rows, columns, density: 0.25, angles: 'uniform', rng, seed: 3 })
        : maskedOrthogonal({ rows, columns, count: Math.round(0.25 * rows * columns), rng });
    return [
      { name: `layers.${name}.weight`, dtype: 'F32' as const, shape: [rows, columns], data: weights },
      { name: `layers.${name}.mask`, dtype: 'U8' as const, shape: [rows, columns], data: mask.toBytes() },
      { name: `layers.${name}.bias`, dtype: 'F32' as const, shape: [rows], data: new Float32Array(rows).fill(0.5) },
    ];
  });

const fileOf = async (tensors: TensorToWrite[], metadata: Record<string, string> = {}): Promise<string> => {
  const path = join(await temporaryFolder(), 'init.safetensors');
  await writeSafetensors(path, tensors, { format: 'sparsescope', version: '1', step: '0', init: 'eoi', ...metadata });
  return path;
};

if (missing !== undefined && process.env['CI'])
  test('in CI python3 has torch', () => {
    expect(missing).toBeUndefined();
  });

describe.skipIf(missing !== undefined)(`load_init.py${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  test('finds an exactly orthogonal initialisation right, layer by layer', async () => {
    const { status, stdout, stderr } = run(script, await fileOf(tensorsOf('eoi')));
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const lines = stdout.trim().split('\n');
    expect(lines).toHaveLength(shapes.length + 1);
    for (const [i, [name, rows, columns]] of shapes.entries()) {
      expect(lines[i]).toMatch(new RegExp(`^layers\\.${name} +${rows} x ${columns} +density 0\\.2[0-9]+ `));
      expect(lines[i]).toMatch(/singular values (0\.99999\d|1\.000000) \.\. 1\.00000\d$/);
      expect(Number(/max\|WW\^T-I\| (\S+)/.exec(lines[i])![1])).toBeLessThan(1e-5);
    }
    expect(lines.at(-1)).toMatch(/^4 layers, \d+ weights kept, all orthogonal; loaded into torch \d/);
  });

  test('reports an `init: base` file without judging it, and judges the same weights without that word', async () => {
    const base = run(script, await fileOf(tensorsOf('base'), { init: 'base' }));
    expect(base).toMatchObject({ status: 0, stderr: '' });
    expect(base.stdout).toContain('made with init: base: orthogonality not judged');
    const path = await fileOf(tensorsOf('base'));
    const judged = run(script, path);
    expect(judged.status).toBe(1);
    expect(judged.stderr).toMatch(
      /init\.safetensors: layer layers\.fc1 is not orthogonal: max\|WW\^T-I\| is .*, more than 1\.0e-05\.\n$/,
    );
    expect(run(script, path, '--tolerance', '10').status).toBe(0);
    const trained = run(script, await fileOf(tensorsOf('base'), { step: '500' }));
    expect(trained.stdout).toContain('trained: orthogonality not judged');
    expect(trained.status).toBe(0);
  });

  const spoil: [string, (tensors: TensorToWrite[]) => void][] = [
    [
      'a pruned weight is not zero',
      ([weight, mask]) => {
        (weight.data as Float32Array)[(mask.data as Uint8Array).indexOf(0)] = 1e-9;
      },
    ],
    ['the mask has values other than 0 and 1', ([, mask]) => ((mask.data as Uint8Array)[0] = 2)],
    ['a weight is not finite', ([weight]) => ((weight.data as Float32Array)[0] = NaN)],
  ];
  test.each(spoil)('says that %s', async (sentence, change) => {
    const tensors = tensorsOf('eoi');
    change(tensors);
    const { status, stderr } = run(script, await fileOf(tensors));
    expect(status).toBe(1);
    expect(stderr).toMatch(new RegExp(`: layer layers\\.fc1: ${sentence}\\.\n$`));
  });

  test.each<[string, (bytes: Buffer) => Buffer]>([
    ['cut off', (bytes) => bytes.subarray(0, 100)],
    ['cut off', () => Buffer.alloc(3)],
    ['does not fit its data_offsets', (bytes) => bytes.subarray(0, bytes.length - 8)],
    ['not JSON', (bytes) => Buffer.concat([bytes.subarray(0, 8), Buffer.from('!'), bytes.subarray(9)])],
  ])('says in one sentence that a damaged file is %s', async (sentence, damage) => {
    const path = await fileOf(tensorsOf('eoi'));
    await writeFile(path, damage(await readFile(path)));
    const { status, stdout, stderr } = run(script, path);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain(sentence);
  });

  test('says in one sentence what of the metadata or a header cannot be', async () => {
    const metadata = { format: 'sparsescope', version: '1', step: '0', init: 'base', gain: '1' };
    const tensor = (shape: unknown, begin: number, end: number): object => ({
      dtype: 'F32',
      shape,
      data_offsets: [begin, end],
    });
    const layer = {
      'layers.conv1.weight': tensor([4, 1, 2, 2], 0, 64),
      'layers.conv1.mask': { dtype: 'U8', shape: [4, 1, 2, 2], data_offsets: [64, 80] },
    };
    const conv = (told: string): object => ({ __metadata__: { ...metadata, 'layers.conv1.conv': told }, ...layer });
    const good = conv('{"stride": 2, "padding": "zero", "groups": 2}');
    const spoilt: [sentence: string, header: object][] = [
      ['its metadata layers.conv1.conv is not a JSON object with stride, padding and groups', conv('[1, 2]')],
      ['its metadata layers.conv1.conv is not a JSON object with stride, padding and groups', conv('3')],
      ['its metadata layers.conv1.conv is not a JSON object with stride, padding and groups', conv('null')],
      ['its metadata layers.conv1.conv is not JSON (', conv('{')],
      ['its metadata layers.conv1.conv is not JSON (', conv('['.repeat(100_000))],
      ['its metadata layers.conv1.conv has a groups that is not a whole number above 0', conv('{"groups": 0}')],
      ['its metadata layers.conv1.conv has a groups that is not a whole number above 0', conv('{"groups": true}')],
      ['its metadata layers.conv1.conv has a stride that is not a whole number above 0', conv('{"stride": "1"}')],
      ['its metadata layers.conv1.conv has a padding that is not zero or circular or none', conv('{"padding": [1]}')],
      ['layer layers.conv1: its 3 groups do not divide its 4 outputs', conv('{"groups": 3}')],
      ...['x', '0', '-1', '1.5', '²', '9'.repeat(5_000)].map((stack): [string, object] => [
        'its metadata layers.conv1.stack is not a whole number above 0',
        { __metadata__: { ...metadata, 'layers.conv1.stack': stack }, ...layer },
      ]),
      ...['x', 'nan', '0', '-1', 'inf'].map((gain): [string, object] => [
        'its metadata gain is not a number above 0',
        { __metadata__: { ...metadata, gain }, ...layer },
      ]),
      ['its __metadata__ is not texts by name', { __metadata__: [], ...layer }],
      ['its __metadata__ is not texts by name', { __metadata__: { init: { a: 1 } }, ...layer }],
      ['its header is not a JSON object', []],
      ['tensor x has a shape or data_offsets that are not whole numbers', { x: tensor('4', 0, 16) }],
      ['tensor x has a shape or data_offsets that are not whole numbers', { x: tensor([-2, -2], 0, 16) }],
      ['tensor x has a shape or data_offsets that are not whole numbers', { x: tensor([1.5], 0, 6) }],
      ['tensor x has a dtype, shape or data_offsets this script cannot read', { x: 3 }],
    ];
    const folder = await temporaryFolder();
    const data = new Uint8Array(80);
    const paths = [good, ...spoilt.map(([, header]) => header)].map((_, i) => join(folder, `${i}.safetensors`));
    await Promise.all(
      [good, ...spoilt.map(([, header]) => header)].map((header, i) =>
        writeFile(paths[i], rawSafetensors(header, data)),
      ),
    );
    // All in one process, as loading torch takes longer than the rest.
    const code = `
import sys
sys.path.insert(0, "examples/pytorch")
import load_init
for path in sys.argv[1:]:
    sys.argv = ["load_init.py", path]
    print("status", load_init.main())`;
    const { status, stdout, stderr } = run('-c', code, ...paths);
    expect(status, stderr).toBe(0);
    expect(stdout.match(/^status \d$/gm)).toEqual(['status 0', ...spoilt.map(() => 'status 1')]);
    const sentences = stderr.trim().split('\n');
    expect(sentences).toHaveLength(spoilt.length);
    spoilt.forEach(([sentence], i) => expect(sentences[i]).toContain(`${i + 1}.safetensors: ${sentence}`));
  });

  test('reads U32 to its largest, and tells of a file without weights what it holds', async () => {
    const path = join(await temporaryFolder(), 'step-000100.safetensors');
    const data = Uint32Array.of(0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1);
    await writeSafetensors(
      path,
      [
        { name: 'layers.fc1.drop', dtype: 'U32', shape: [5], data },
        { name: 'layers.fc1.grow', dtype: 'U32', shape: [0], data: new Uint32Array() },
      ],
      { format: 'sparsescope.updates', version: '1', step: '100', method: 'set' },
    );
    const code = `
import sys
sys.path.insert(0, "examples/pytorch")
from load_init import load
tensors, metadata = load(sys.argv[1])
print(*tensors["layers.fc1.drop"].tolist(), tensors["layers.fc1.grow"].tolist(), tensors["layers.fc1.grow"].dtype)`;
    expect(run('-c', code, path)).toMatchObject({
      status: 0,
      stdout: `${data.join(' ')} [] torch.int64\n`,
      stderr: '',
    });
    const { status, stderr } = run(script, path);
    expect(status).toBe(1);
    expect(stderr).toBe(
      `${path}: it holds a change of the masks and no weights: init.safetensors and checkpoints have those.\n`,
    );
  });

  test('says of a file of shared weights what makes weights of it, as some layers may be missing', async () => {
    const path = await fileOf(tensorsOf('eoi'), { format: 'sparsescope', sharing: '{}' });
    const { status, stderr } = run(script, path);
    expect(status).toBe(1);
    expect(stderr).toBe(
      `${path}: its weights are shared: recover_rps.py reads them, and \`sparsescope expand\` writes them out.\n`,
    );
  });

  test('says that a file is not there', () => {
    const { status, stderr } = run(script, 'none.safetensors');
    expect(status).toBe(1);
    expect(stderr).toContain('No such file or directory');
    expect(stderr).not.toContain('Traceback');
  });

  test('the loaded model computes with these weights, and its masks keep pruned weights at zero', async () => {
    const path = await fileOf(tensorsOf('eoi'));
    const code = `
import sys, torch
sys.path.insert(0, "examples/pytorch")
from load_init import load, build, keep_masks
tensors, metadata = load(sys.argv[1])
model, masks = build(tensors, activation=torch.nn.ReLU)
x = torch.randn(8, 49)
by_hand = x
for i, name in enumerate(masks):
    by_hand = torch.relu(by_hand) if i else by_hand
    by_hand = by_hand @ tensors[f"layers.{name}.weight"].T + tensors[f"layers.{name}.bias"]
assert torch.allclose(model(x), by_hand, atol=1e-5)
optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
model(x).square().sum().backward()
optimiser.step()
weight = model.fc1.weight
assert bool((weight[~masks["fc1"]] != 0).any())
keep_masks(model, masks)
assert not bool((weight[~masks["fc1"]] != 0).any())
assert bool((weight != tensors["layers.fc1.weight"]).any())
print("fine")`;
    expect(run('-c', code, path)).toMatchObject({ status: 0, stdout: 'fine\n', stderr: '' });
  });
});
