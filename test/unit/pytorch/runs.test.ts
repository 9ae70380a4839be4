/** Whole runs taken to PyTorch: networks with convolutions compute the same there, rotations and packed masks are read. */
import * as tf from '@tensorflow/tfjs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkConfig } from '../../../src/config/check';
import { exactOrthogonal } from '../../../src/core/init/eoi';
import { Rng } from '../../../src/core/rng';
import { forward } from '../../../src/engine/network';
import { passOf, uploadNetwork } from '../../../src/engine/parameters';
import { readStates } from '../../../src/engine/state-files';
import { openFile } from '../../../src/formats/byte-source';
import { openSafetensors } from '../../../src/formats/safetensors';
import { writeRotations } from '../../../src/runs/rotations';
import type { Change } from '../engine/project';
import { configText, Project, recordOf, TestEngine } from '../engine/project';
import { missing, run } from './python';

const layers = [
  '{ name: conv1, conv: { in: 1, out: 6, kernel: [3, 4], stride: 3, padding: circular } }',
  '{ activation: tanh }',
  '{ name: conv2, conv: { in: 6, out: 6, kernel: 3, groups: 3, padding: zero } }',
  '{ activation: tanh }',
  '{ name: conv3, conv: { in: 6, out: 4, kernel: 2, padding: none } }',
  '{ activation: tanh }',
  '{ name: fc, linear: { in: 324, out: 10 } }',
];

describe.skipIf(missing !== undefined)(`runs in torch${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  let project: Project;
  let engine: TestEngine;
  beforeAll(async () => {
    project = await Project.create();
    engine = await TestEngine.greeted('cpu');
  });
  afterAll(() => project.remove());

  const runOf = async (change: Change): Promise<string> => {
    const { directory } = await engine.run(project.start({ epochs: 1, ...change }));
    expect((await recordOf(directory)).error).toBeUndefined();
    return directory;
  };

  test('convolutions of every padding, stride and group give the same logits', async () => {
    const change: Change = { init: 'eis', layers, density: 0.5, sparsity: 'gain: { weight: 1.25, bias: 0.1 }' };
    const directory = await runOf(change);
    const path = join(directory, 'init.safetensors');
    const { plan } = checkConfig(configText(change), 'yaml');
    const file = await openSafetensors(await openFile(path));
    const states = await readStates(file, path, plan!, []);
    await file.close();
    const x = new Float32Array(2 * 784).map((_, i) => Math.sin(i));
    const logits = tf.tidy(() =>
      forward(plan!.network, passOf(uploadNetwork(plan!.network, states, 0)), tf.tensor2d(x, [2, 784])).dataSync(),
    );
    await writeFile(join(directory, 'x.bin'), x);
    const code = `
import sys, torch
sys.path.insert(0, "examples/pytorch")
from load_init import load, build
tensors, metadata = load(sys.argv[1])
model, masks = build(tensors, metadata=metadata)
x = torch.frombuffer(bytearray(open(sys.argv[2], "rb").read()), dtype=torch.float32).reshape(2, 1, 28, 28)
print(*model(x).flatten().tolist())`;
    const { status, stdout, stderr } = run('-c', code, path, join(directory, 'x.bin'));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const found = stdout.trim().split(' ').map(Number);
    expect(found).toHaveLength(20);
    found.forEach((value, i) => expect(value).toBeCloseTo(logits[i], 4));
  });

  test.each<[string, Change]>([
    ['convolutions in groups', { init: 'eoi', layers, density: 0.4, sparsity: 'gain: { weight: 1.25 }' }],
    [
      'stacked matrices',
      {
        init: 'eoi',
        layers: [
          '{ name: qkv, linear: { in: 784, out: 48, stack: 3 } }',
          '{ activation: tanh }',
          '{ name: fc, linear: { in: 48, out: 10 } }',
        ],
      },
    ],
    ['led by a pattern', { init: 'eoi', sparsity: 'eoi: { pattern: { nm: [1, 3] } }' }],
    [
      'sparse orthogonal',
      {
        init: 'sao',
        layers: layers.map((l) => l.replace('out: 6', 'out: 9').replace('in: 6', 'in: 9').replace('out: 6', 'out: 9')),
      },
    ],
  ])('torch finds every layer orthogonal, its rotations and its packed mask right: %s', async (_, change) => {
    const directory = await runOf(change);
    const init = run('examples/pytorch/load_init.py', join(directory, 'init.safetensors'));
    expect(init).toMatchObject({ status: 0, stderr: '' });
    expect(init.stdout).toContain('all orthogonal');
    const { status, stdout, stderr } = run('examples/pytorch/load_rotations.py', directory);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const lines = stdout.trim().split('\n');
    const { layers: summaries } = await recordOf(directory);
    expect(lines).toHaveLength(summaries.length);
    summaries.forEach(({ nonZeros, rotations, init: method }, l) => {
      expect(lines[l]).toContain(` ${nonZeros} weights kept`);
      expect(lines[l]).toContain(method === 'sao' ? 'no rotations' : `${rotations} rotations make its weights, `);
    });
  });

  test('the changes of a run lead from its first masks to its last', async () => {
    const directory = await runOf({ sparsity: 'update: { method: rigl, every: 2, dropFraction: 0.4, until: 0.9 }' });
    const code = `
import os, sys
sys.path.insert(0, os.path.abspath("examples/pytorch"))
os.chdir(sys.argv[1])
from load_init import load
from load_rotations import load_masks
masks = load_masks("masks/step-000000.safetensors")
first = {name: mask.clone() for name, mask in masks.items()}
for name in sorted(os.listdir("updates")):
    tensors, metadata = load("updates/" + name)
    for layer, mask in masks.items():
        flat = mask.view(-1)
        assert flat[tensors[layer + ".drop"]].all() and not flat[tensors[layer + ".grow"]].any()
        flat[tensors[layer + ".drop"]] = False
        flat[tensors[layer + ".grow"]] = True
    for layer, mask in load_masks("masks/" + name).items():
        assert mask.equal(masks[layer])
        assert mask.sum() == first[layer].sum() and not mask.equal(first[layer])
print(len(os.listdir("updates")))`;
    const { status, stdout, stderr } = run('-c', code, directory);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(Number(stdout)).toBeGreaterThan(1);
  });

  test('a product that is not the weights, or a mask that is not the mask, is found', async () => {
    const directory = await runOf({ init: 'eoi' });
    /** Changes one byte of a tensor. */
    const spoil = async (name: string, tensor: string, byte: number): Promise<string> => {
      const path = join(directory, name);
      const bytes = await readFile(path);
      const length = Number(bytes.readBigUInt64LE(0));
      const header = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as Record<string, { data_offsets: number[] }>;
      const spoilt = Buffer.from(bytes);
      spoilt[8 + length + header[tensor].data_offsets[0] + byte] ^= 1;
      await writeFile(path, spoilt);
      const { status, stderr } = run('examples/pytorch/load_rotations.py', directory);
      await writeFile(path, bytes);
      expect(status).toBe(1);
      expect(stderr.trim().split('\n')).toHaveLength(1);
      return stderr;
    };
    const rotations = 'rotations/givens.safetensors';
    expect(await spoil(rotations, 'fc2.angle', 6)).toMatch(/fc2: the product of its rotations is off by/);
    expect(await spoil(rotations, 'fc1.axes', 2)).toMatch(/fc1\.axes is not pairs i < j of axes below 784/);
    expect(await spoil('masks/step-000000.safetensors', 'layers.fc1.bits', 0)).toMatch(
      /fc1: the packed mask is not the mask/,
    );
  });

  test('rotations of no layer are named and left alone; those of another shape are refused', async () => {
    const directory = await runOf({ init: 'eoi' });
    const path = join(directory, 'rotations/givens.safetensors');
    const request = { rows: 1, columns: 784, density: 0.01, angles: 'uniform' as const, seed: 1 };
    const { sequence } = exactOrthogonal({ ...request, rng: Rng.fromSeed(1) });
    const told = async (name: string): Promise<ReturnType<typeof run>> => {
      await writeRotations(path, new Map([[name, sequence]]));
      return run('examples/pytorch/load_rotations.py', directory);
    };
    const other = await told('conv9/0');
    expect(other).toMatchObject({ status: 0, stderr: '' });
    expect(other.stdout).toMatch(/^conv9\/0 +not checked: init\.safetensors has no layer of this name$/m);
    expect(other.stdout.match(/no rotations$/gm)).toHaveLength(3);
    // One row would be compared with each of the twelve.
    const broadcast = await told('fc1');
    expect(broadcast.status).toBe(1);
    expect(broadcast.stderr).toContain('layers.fc1: its rotations are of another shape than its weight.');
  });

  test('the examples of docs/formats.md run in the folder of a run', async () => {
    const directory = await runOf({ init: 'eoi', sparsity: 'gain: { weight: 1.25 }' });
    const examples = (await readFile('docs/formats.md', 'utf8')).match(/(?<=^```python\n)[^]*?(?=^```)/gm)!;
    expect(examples).toHaveLength(2);
    const [rotations, masks] = examples.map((example) => {
      const set = `import os, sys\nsys.path.insert(0, os.path.abspath("examples/pytorch"))\nos.chdir(sys.argv[1])\n`;
      const { status, stdout, stderr } = run('-c', set + example, directory);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      return stdout.trim().split(/\s+/).map(Number);
    });
    const [{ nonZeros, density }] = (await recordOf(directory)).layers;
    expect(rotations[0]).toBeLessThan(1e-6);
    expect(rotations[1]).toBeLessThan(rotations[2]);
    expect(rotations[2]).toBe(nonZeros);
    expect(masks[0]).toBeCloseTo(density, 10);
    expect(masks[1]).toBe(12 * 98);
  });
});
