/** Networks with convolutions, and layers led by a pattern, through whole runs. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { replay } from '../../../src/core/givens';
import { safetensorsChunks } from '../../../src/formats/safetensors';
import { RunFolder } from '../../../src/runs/folder';
import { RunReader } from '../../../src/runs/reader';
import type { Change } from './project';
import { context, Project, recordOf, TestEngine, totalSteps } from './project';
import { readTensor } from './tensors';

let project: Project;
let engine: TestEngine;
beforeAll(async () => {
  project = await Project.create();
  engine = await TestEngine.greeted();
});
afterAll(() => project.remove());

const convolutional = [
  '{ name: conv1, conv: { in: 1, out: 8, stride: 4, padding: circular } }',
  '{ activation: tanh }',
  '{ name: conv2, conv: { in: 8, out: 8, kernel: [3, 2], groups: 2, padding: circular } }',
  '{ activation: relu }',
  '{ name: fc, linear: { in: 392, out: 10 } }',
];
const weights = 8 * 9 + 8 * 4 * 6 + 3920;

const lastCheckpoint = (directory: string): string =>
  join(directory, 'checkpoints', `step-${String(totalSteps).padStart(6, '0')}.safetensors`);

describe('a network with convolutions', () => {
  const run = async (change: Change) => {
    const { directory } = await engine.run(project.start({ layers: convolutional, ...change }));
    const record = await recordOf(directory);
    expect(record.error).toBeUndefined();
    expect(record.state).toBe('completed');
    return { directory, record };
  };

  it.each<[string, Change]>([
    ['eoi', { init: 'eoi' }],
    ['eis', { init: 'eis' }],
    ['sao', { init: 'sao' }],
    ['ai', { init: 'ai', sparsity: 'ai: { iterations: 3 }' }],
    ['conv-orthogonal', { init: 'base', sparsity: 'base: conv-orthogonal', density: 1 }],
    // Sparse fan-in has no effect there, and does not end the run.
    ['delta-orthogonal', { init: 'base', sparsity: 'base: delta-orthogonal, fan: sparse', density: 1 }],
  ])('is drawn and trained by %s', async (name, change) => {
    const { directory, record } = await run(change);
    const [conv1, conv2] = record.layers;
    expect(conv2).toMatchObject({ name: 'conv2', shape: [8, 24], kernel: [3, 2], groups: 2 });
    if (name !== 'ai') expect(Math.max(conv1.orthogonalityError, conv2.orthogonalityError)).toBeLessThan(1e-6);
    expect((await readTensor(join(directory, 'init.safetensors'), 'layers.conv2.weight')).shape).toEqual([8, 4, 3, 2]);
    expect((await readTensor(lastCheckpoint(directory), 'layers.conv2.mask')).shape).toEqual([8, 4, 3, 2]);
  });

  it('keeps the count of each layer exactly under eoi, whole kernels under eis', async () => {
    const exact = await run({ init: 'eoi', density: 0.3 });
    for (const { nonZeros, density, targetDensity, name } of exact.record.layers.slice(0, 2)) {
      expect(nonZeros, name).toBe(Math.round(targetDensity * (name === 'conv1' ? 72 : 192)));
      expect(density).toBeCloseTo(targetDensity, 12);
    }
    expect(exact.record.layers[1].details?.centreDensity).toBeGreaterThan(0.25);
    const whole = await run({ init: 'eis', density: 0.3 });
    expect(whole.record.layers[1].nonZeros % 6).toBe(0);
  });

  it('records a sequence for each group, which makes the centres of the kernels', async () => {
    const { directory, record } = await run({ init: 'eoi', density: 0.5 });
    const reader = new RunReader(new RunFolder(directory));
    const { values } = await readTensor(join(directory, 'init.safetensors'), 'layers.conv2.weight');
    let rotations = 0;
    for (const group of [0, 1]) {
      const page = await reader.rotations({ layer: 'conv2', group, start: 0, end: 1_000 });
      const [rows, columns] = page.shape;
      expect([rows, columns]).toEqual([4, 4]);
      rotations += page.total;
      const { first, second, angle, lastUndone } = page;
      const made = replay({ rows, columns, first, second, angle, lastUndone, seed: 3 });
      made.forEach((value, i) => expect(values[(group * 16 + i) * 6 + 2]).toBe(value));
    }
    expect(rotations).toBe(record.layers[1].rotations);
    expect(rotations).toBeGreaterThan(0);
    await expect(reader.rotations({ layer: 'conv2', group: 2, start: 0, end: 1 })).rejects.toMatchObject({
      code: 'runs.unknown-layer',
    });
  });

  it.each(['snip', 'grasp', 'synflow', 'magnitude'])('is pruned by %s to the count', async (distribution) => {
    const { record } = await run({ init: 'base', distribution, epochs: 1 });
    expect(record.layers.reduce((sum, { nonZeros }) => sum + nonZeros, 0)).toBe(Math.round(0.3 * weights));
  });

  it.each(['set', 'rigl'])('keeps its counts under %s', async (method) => {
    const { directory, record } = await run({
      init: 'eoi',
      sparsity: `update: { method: ${method}, every: 3 }`,
    });
    for (const { name, nonZeros } of record.layers) {
      const { values } = await readTensor(lastCheckpoint(directory), `layers.${name}.mask`);
      expect(values.filter(Boolean).length).toBe(nonZeros);
    }
  });

  it('goes on after a cancel to the same bytes', async () => {
    const whole = await run({ init: 'eoi' });
    engine.hear = (event, { id, directory }) => {
      if (event.type === 'step' && event.step === 7) void engine.api.cancelRun({ id, directory }, context());
    };
    const { directory } = await engine.run(project.start({ layers: convolutional, init: 'eoi' }));
    engine.hear = undefined;
    expect((await recordOf(directory)).state).toBe('cancelled');
    await engine.resume(directory);
    expect((await recordOf(directory)).state).toBe('completed');
    for (const name of ['layers.conv2.weight', 'optimizer.layers.conv1.weight.momentum'])
      expect(await readTensor(lastCheckpoint(directory), name)).toEqual(
        await readTensor(lastCheckpoint(whole.directory), name),
      );
  });
});

describe('a layer led by a pattern', () => {
  type Masks = Record<string, { shape: number[]; data: Uint8Array }>;

  const writeMasks = async (file: string, masks: Masks): Promise<void> => {
    const tensors = Object.entries(masks).map(([name, mask]) => ({ name, dtype: 'U8' as const, ...mask }));
    const chunks: Uint8Array[] = [];
    for (const chunk of safetensorsChunks(tensors, {})) chunks.push(chunk);
    await writeFile(join(project.root, file), Buffer.concat(chunks));
  };

  it('tells how near it came, is exactly orthogonal, and begins where its record says', async () => {
    const { directory } = await engine.run(
      project.start({ init: 'eoi', sparsity: 'eoi: { pattern: { nm: [2, 4] } }' }),
    );
    const { layers } = await recordOf(directory);
    for (const { details, orthogonalityError, targetDensity, density } of layers) {
      expect(details!.overlap).toBeGreaterThan(0.3);
      expect(details!.seconds).toBeGreaterThan(0);
      expect(orthogonalityError).toBeLessThan(1e-6);
      expect(density).toBeLessThanOrEqual(targetDensity);
    }
    expect(layers[1].targetDensity).toBe(0.5);
    const reader = new RunReader(new RunFolder(directory));
    const page = await reader.rotations({ layer: 'fc2', start: 0, end: 1_000 });
    const { first, second, angle, lastUndone, beginning } = page;
    expect(beginning?.start).toHaveLength(12);
    const made = replay({ rows: 12, columns: 12, first, second, angle, lastUndone, seed: 3, ...beginning });
    expect([...made]).toEqual([...(await readTensor(join(directory, 'init.safetensors'), 'layers.fc2.weight')).values]);
  });

  it('meets masks of a file where a product has them, and refuses what does not fit', async () => {
    const blocks = await engine.run(project.start({ init: 'eoi', sparsity: 'eoi: { pattern: { blocks: [3, 3] } }' }));
    expect((await recordOf(blocks.directory)).layers[1].details!.overlap).toBe(1);
    for (const name of ['init.safetensors', 'masks/step-000000.safetensors']) {
      const wanted = join(blocks.directory, name);
      const again = await engine.run(
        project.start({ init: 'eoi', sparsity: `eoi: { pattern: { file: ${JSON.stringify(wanted)} } }` }),
      );
      const { layers } = await recordOf(again.directory);
      expect(layers.map(({ details }) => details!.overlap)).toEqual([1, 1, 1]);
    }

    const broken = async (masks: Masks): Promise<string> => {
      await writeMasks('wanted.safetensors', masks);
      const params = project.start({ init: 'eoi', sparsity: 'eoi: { pattern: { file: wanted.safetensors } }' });
      return engine.api.startRun(params, context()).then(
        () => 'started',
        (error: unknown) => (error as { code: string }).code,
      );
    };
    const fc1 = { shape: [12, 784], data: new Uint8Array(12 * 784).fill(1) };
    expect(await broken({ 'layers.fc1.mask': fc1 })).toBe('engine.wanted-mask-missing');
    expect(await broken({ 'layers.fc1.mask': { ...fc1, shape: [784, 12] } })).toBe('engine.wanted-mask-shape');
    expect(await broken({ 'layers.fc1.mask': { ...fc1, data: fc1.data.map(() => 2) } })).toBe(
      'engine.wanted-mask-not-bits',
    );
    expect(await broken({ 'layers.fc1.mask': { ...fc1, data: new Uint8Array(12 * 784) } })).toBe(
      'eoi.pattern-too-sparse',
    );
    expect(await broken({ 'layers.fc1.bits': { shape: [12, 98], data: new Uint8Array(12 * 98) } })).toBe(
      'masks.not-masks',
    );
  });

  describe('masks of a file for kernels and groups', () => {
    const led = async (init: 'eoi' | 'eis', file: string) => {
      const sparsity = `eoi: { pattern: { file: ${JSON.stringify(file)} } }`;
      const { directory } = await engine.run(project.start({ layers: convolutional, init, sparsity }));
      const record = await recordOf(directory);
      expect(record.error).toBeUndefined();
      expect(record.state).toBe('completed');
      const { values } = await readTensor(join(directory, 'init.safetensors'), 'layers.conv2.mask');
      return { layers: record.layers, kept: [...values], directory };
    };

    it('are those of a pruned network: each group by its own rows, the count exact, the other taps as wanted', async () => {
      const pruned = join(project.root, 'pruned.safetensors');
      const { configPath, configText, root } = project.start({
        layers: convolutional,
        init: 'base',
        distribution: 'magnitude',
        density: 0.5,
      });
      await engine.api.prune({ configPath, configText, root, output: pruned }, context());
      const wanted = [...(await readTensor(pruned, 'layers.conv2.mask')).values];
      const count = wanted.filter(Boolean).length;
      const { layers, kept, directory } = await led('eoi', pruned);
      expect(layers[1]).toMatchObject({ nonZeros: count, targetDensity: count / 192 });
      expect(layers[1].orthogonalityError).toBeLessThan(1e-6);
      const both = kept.filter((bit, k) => bit === 1 && wanted[k] === 1).length;
      const { overlap, centreOverlap, centreDensity, unmatched, evaluations } = layers[1].details!;
      expect(overlap).toBeCloseTo(both / (2 * count - both), 12);
      expect(overlap).toBeGreaterThan(0.85);
      expect(centreOverlap).toBeGreaterThan(0.3);
      expect(centreOverlap).toBeLessThanOrEqual(overlap!);
      expect(evaluations).toBeGreaterThan(0);
      expect(unmatched).toBeGreaterThanOrEqual(0);
      // 4 x 4 weights a group at the centre, tap 2 of 6.
      const { values } = await readTensor(join(directory, 'init.safetensors'), 'layers.conv2.weight');
      const held = values.filter((value) => value !== 0).length;
      expect(centreDensity).toBeCloseTo(held / 32, 12);
      expect(values.every((value, k) => value === 0 || k % 6 === 2)).toBe(true);
    });

    it('are those of whole kernels with eis, which it finds again, and any tap asks for its kernel', async () => {
      const blocks: Change = { layers: convolutional, init: 'eis', sparsity: 'eoi: { pattern: { blocks: [2, 2] } }' };
      const { directory } = await engine.run(project.start(blocks));
      const first = await recordOf(directory);
      expect(first.layers[1]).toMatchObject({ nonZeros: 2 * 8 * 6, targetDensity: 0.5, density: 0.5 });
      expect(first.layers[1].details).toMatchObject({ overlap: 1, centreDensity: 0.5, unmatched: 0 });
      const again = await led('eis', join(directory, 'masks/step-000000.safetensors'));
      expect(again.layers[1].details).toMatchObject({ overlap: 1, centreDensity: 0.5 });

      const one = new Uint8Array(192);
      // Group g wants, of output o, input o at a tap that is not the centre.
      for (const row of [0, 1, 2, 3, 4, 5, 6, 7]) one[(row * 4 + (row % 4)) * 6 + 5] = 1;
      await writeMasks('corner.safetensors', {
        'layers.conv1.mask': { shape: [8, 1, 3, 3], data: new Uint8Array(72).fill(1) },
        'layers.conv2.mask': { shape: [8, 4, 3, 2], data: one },
        'layers.fc.mask': { shape: [10, 392], data: new Uint8Array(3920).fill(1) },
      });
      const corner = await led('eis', 'corner.safetensors');
      expect(corner.layers[1]).toMatchObject({ nonZeros: 8 * 6, rotations: 0 });
      expect(corner.layers[1].details!.overlap).toBe(1);
      // With eoi the centres must be kept, though none is wanted: then nothing is left for the corners.
      const centres = await led('eoi', 'corner.safetensors');
      expect(centres.layers[1].details).toMatchObject({ overlap: 0, centreOverlap: 0, unmatched: 8 });
      expect(centres.layers[1].nonZeros).toBe(8);
    });
  });

  it('leads the centre of a kernel, each group by itself', async () => {
    const change: Change = { layers: convolutional, init: 'eoi', sparsity: 'eoi: { pattern: { rowDegree: 1 } }' };
    const { directory } = await engine.run(project.start(change));
    const { layers, state } = await recordOf(directory);
    expect(state).toBe('completed');
    expect(layers[1]).toMatchObject({ nonZeros: 8, rotations: 0 });
    expect(layers[1].details!.overlap).toBe(1);
  });
});
