import { appendFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { serialize } from 'node:v8';
import { describe, expect, test } from 'vitest';
import { exactOrthogonal } from '../../../src/core/init/eoi';
import { Rng } from '../../../src/core/rng';
import { writeSafetensors } from '../../../src/formats/safetensors';
import type { TensorToWrite } from '../../../src/formats/safetensors';
import type { RunEvent } from '../../../src/protocol/run';
import { maxMessageBytes } from '../../../src/protocol/views';
import { checkpointFile, listCheckpoints, openCheckpoint, writeCheckpoint } from '../../../src/runs/checkpoint';
import { formatEvent } from '../../../src/runs/events';
import type { RunFolder } from '../../../src/runs/folder';
import { Journal } from '../../../src/runs/journal';
import { RunReader } from '../../../src/runs/reader';
import { writeRotations } from '../../../src/runs/rotations';
import { failure } from '../formats/bytes';
import {
  epochEvent,
  jacobianEvent,
  sampleLayer,
  sampleRecord,
  sampleRun,
  signalsEvent,
  spectrumEvent,
  stepEvent,
} from './samples';

const mask = Uint8Array.from({ length: 24 }, (_, i) => (i % 3 === 0 ? 1 : 0));
const tensorsOf = (scale: number): TensorToWrite[] => [
  { name: 'layers.fc1.weight', dtype: 'F32', shape: [4, 6], data: Float32Array.from(mask, (keep) => keep * scale) },
  { name: 'layers.fc1.mask', dtype: 'U8', shape: [4, 6], data: mask },
  { name: 'layers.fc1.bias', dtype: 'F32', shape: [4], data: new Float32Array(4) },
];
const whole = { rowStart: 0, rowEnd: 4, columnStart: 0, columnEnd: 6 };

const append = (folder: RunFolder, ...events: RunEvent[]): Promise<void> =>
  appendFile(folder.journalFile, events.map(formatEvent).join(''));

/** What the message weighs: arrays as JSON (the webview's channel), typed arrays as their bytes. */
const messageBytes = (answer: object): number =>
  JSON.stringify(answer, (_, value: unknown) => (ArrayBuffer.isView(value) ? null : value)).length +
  Object.values(answer).reduce<number>((sum, value) => sum + (ArrayBuffer.isView(value) ? value.byteLength : 0), 0);

describe('checkpoints', () => {
  test('are listed by step and read back, with the step in the metadata', async () => {
    const folder = await sampleRun();
    for (const step of [500, 60, 1_000_000])
      await writeCheckpoint(folder, { step, tensors: tensorsOf(step), metadata: { format: 'sparsescope' } });
    await writeFile(join(folder.checkpoints, 'step-000007.safetensors.tmp'), '');
    await writeFile(join(folder.checkpoints, 'step-7.safetensors'), '');
    expect(await listCheckpoints(folder)).toEqual([60, 500, 1_000_000]);
    expect(checkpointFile(folder, 500)).toMatch(/checkpoints.step-000500\.safetensors$/);
    const file = await openCheckpoint(folder, 500);
    expect(file.metadata).toMatchObject({ format: 'sparsescope', step: '500' });
    expect((await file.readFloat32(file.need('layers.fc1.weight')))[3]).toBe(500);
    await file.close();
    expect((await failure(() => openCheckpoint(folder, 7))).code).toBe('runs.unknown-step');
  });

  test('are written although the folder was removed, and none are listed without it', async () => {
    const folder = await sampleRun();
    await rm(folder.checkpoints, { recursive: true });
    expect(await listCheckpoints(folder)).toEqual([]);
    await writeCheckpoint(folder, { step: 1, tensors: tensorsOf(1), metadata: {} });
    expect(await listCheckpoints(folder)).toEqual([1]);
  });

  test('that cannot be written are named', async () => {
    const folder = await sampleRun();
    await rm(folder.checkpoints, { recursive: true });
    await writeFile(folder.checkpoints, '');
    const { code, message } = await failure(() => writeCheckpoint(folder, { step: 1, tensors: [], metadata: {} }));
    expect(code).toMatch(/^file\./);
    expect(message).toContain(folder.checkpoints);
  });
});

describe('a run from its first moment to its last', () => {
  test('is shown as far as it is', async () => {
    const folder = await sampleRun({ state: 'starting' });
    const reader = new RunReader(folder);
    expect(await reader.snapshot()).toEqual({
      record: sampleRecord(folder.id, { state: 'starting' }),
      step: 0,
      checkpoints: [],
      epochs: [],
      maskChanges: [],
      elapsed: 0,
    });
    expect(await reader.poll()).toBe(false);
    const early = await failure(() => reader.maskTile({ layer: 'fc1', ...whole }));
    expect(early).toEqual({
      code: 'runs.not-written-yet',
      message: 'The initial weights of this run are not written yet. Try again in a moment.',
    });
    expect((await failure(() => reader.rotations({ layer: 'fc1', start: 0, end: 1 }))).code).toBe(
      'runs.not-written-yet',
    );

    await append(folder, { type: 'layer', at: 5, layer: sampleLayer('fc1') });
    expect(await reader.poll()).toBe(true);
    expect(reader.current().record.layers).toEqual([sampleLayer('fc1')]);

    await writeSafetensors(folder.initFile, tensorsOf(1), {});
    expect((await reader.snapshot()).checkpoints).toEqual([0]);
    const tile = await reader.maskTile({ layer: 'fc1', ...whole });
    expect([...tile.bits]).toEqual([0b001001, 0b001001, 0b001001, 0b001001]);

    await append(folder, stepEvent(1), stepEvent(2), epochEvent(2, 1));
    await writeCheckpoint(folder, { step: 2, tensors: tensorsOf(3), metadata: {} });
    const snapshot = await reader.snapshot();
    expect(snapshot).toMatchObject({ step: 2, checkpoints: [0, 2], elapsed: 20 });
    expect(snapshot.epochs).toEqual([epochEvent(2, 1)]);
    const weightAt = async (step: number): Promise<number> => {
      const { values, scale } = await reader.weightTile({ layer: 'fc1', step, ...whole });
      return values[3] * scale;
    };
    expect([await weightAt(0), await weightAt(2)]).toEqual([1, 3]);

    await folder.writeRecord(sampleRecord(folder.id, { state: 'completed' }));
    expect(await reader.poll()).toBe(true);
    expect(reader.current().record.state).toBe('completed');
    reader.dispose();
    await append(folder, stepEvent(3));
    expect(await reader.poll()).toBe(false);
  });

  test('tells how many of its steps the journal has lost, at its end only once the run is completed', async () => {
    const folder = await sampleRun();
    const { totalSteps } = sampleRecord(folder.id);
    const reader = new RunReader(folder);
    await append(folder, stepEvent(1), stepEvent(2));
    expect(await reader.snapshot()).not.toHaveProperty('missingSteps');
    await appendFile(folder.journalFile, '{"type":"step","at":30,"ste\n');
    await append(folder, stepEvent(5), stepEvent(6));
    expect((await reader.snapshot()).missingSteps).toBe(2);
    // Taken up from step 4 again.
    await append(folder, stepEvent(5), stepEvent(6), stepEvent(7));
    expect((await reader.snapshot()).missingSteps).toBe(2);
    await folder.writeRecord(sampleRecord(folder.id, { state: 'completed' }));
    expect((await reader.snapshot()).missingSteps).toBe(totalSteps - 5);
  });

  test('tells each change of the masks over all layers, and again after it was resumed', async () => {
    const folder = await sampleRun();
    const reader = new RunReader(folder);
    const change = (step: number, second: number): RunEvent => ({
      type: 'masks',
      at: 10 * step,
      step,
      method: 'rigl',
      layers: [
        {
          layer: 'fc1',
          dropped: 4,
          grown: 4,
          kept: 20,
          dropThreshold: 0.1,
          growThreshold: 0.7,
          initial: { kept: 20, shared: 15 },
        },
        {
          layer: 'fc2',
          dropped: second,
          grown: second,
          kept: 9,
          dropThreshold: 0.3,
          growThreshold: 0.5,
          initial: { kept: 9, shared: 4 },
        },
        {
          layer: 'fc3',
          dropped: 0,
          grown: 0,
          kept: 5,
          dropThreshold: null,
          growThreshold: null,
          initial: { kept: 5, shared: 5 },
        },
      ],
      file: 'updates/step-000002.safetensors',
    });
    const total = {
      method: 'rigl',
      layers: 2,
      kept: 34,
      dropThreshold: 0.3,
      growThreshold: 0.5,
      initialOverlap: 24 / 44,
    };
    await append(folder, stepEvent(1), change(2, 3), stepEvent(2), change(3, 1), stepEvent(3));
    expect((await reader.snapshot()).maskChanges).toEqual([
      { ...total, step: 2, dropped: 7, grown: 7, overlap: 27 / 41 },
      { ...total, step: 3, dropped: 5, grown: 5, overlap: 29 / 39 },
    ]);
    await append(folder, change(2, 2), stepEvent(2));
    expect((await reader.snapshot()).maskChanges).toEqual([
      { ...total, step: 2, dropped: 6, grown: 6, overlap: 28 / 40 },
    ]);
  });

  test('whose process dies becomes interrupted', async () => {
    const folder = await sampleRun();
    const reader = new RunReader(folder);
    expect((await reader.snapshot()).record.state).toBe('training');
    await rm(join(folder.directory, 'writer.lock'));
    expect((await reader.snapshot()).record.state).toBe('interrupted');
  });

  test('whose folder has no record says so, until there is one', async () => {
    const folder = await sampleRun();
    await rm(folder.recordFile);
    const reader = new RunReader(folder);
    expect((await failure(() => reader.snapshot())).code).toBe('runs.no-record');
    await folder.writeRecord(sampleRecord(folder.id));
    expect(await reader.poll()).toBe(true);
    expect(reader.current().record.id).toBe(folder.id);
    await rm(dirname(folder.recordFile), { recursive: true });
    expect((await failure(() => reader.snapshot())).code).toBe('runs.no-record');
  });

  test('polls at the same time count each event once', async () => {
    const folder = await sampleRun();
    await append(folder, stepEvent(1), stepEvent(2));
    const reader = new RunReader(folder);
    expect(await Promise.all([reader.poll(), reader.poll(), reader.poll()])).toEqual([true, false, false]);
    await append(folder, stepEvent(3));
    expect(await Promise.all([reader.poll(), reader.poll()])).toEqual([true, false]);
    expect((await reader.metrics({ start: 0, end: 9 })).total).toBe(3);
  });
});

describe('a resumed run', () => {
  const first = [
    stepEvent(1),
    spectrumEvent(1, 'fc1'),
    stepEvent(2),
    epochEvent(2, 1),
    jacobianEvent(2),
    signalsEvent(2),
    stepEvent(3),
    stepEvent(4),
    spectrumEvent(4, 'fc1'),
    epochEvent(4, 2),
    jacobianEvent(4),
    signalsEvent(4),
  ];

  test('is read anew after its journal was cut', async () => {
    const folder = await sampleRun();
    await append(folder, ...first);
    const reader = new RunReader(folder);
    expect((await reader.snapshot()).step).toBe(4);
    const journal = await Journal.open(folder.journalFile, { truncateAfterStep: 2 });
    expect((await reader.snapshot()).step).toBe(2);
    journal.append(stepEvent(3, 99));
    journal.close();
    const { step, epochs, elapsed } = await reader.snapshot();
    expect({ step, epochs, elapsed }).toEqual({ step: 3, epochs: [epochEvent(2, 1)], elapsed: 99 });
    (await Journal.open(folder.journalFile, { truncateAfterStep: 0 })).close();
    expect(await reader.snapshot()).toMatchObject({ step: 0, epochs: [], elapsed: 0 });
  });

  test('that was not cut replaces what it tells again', async () => {
    const folder = await sampleRun({ layers: [sampleLayer('fc1')] });
    await append(folder, ...first, stepEvent(3, 99), spectrumEvent(3, 'fc1'), spectrumEvent(3, 'fc1', [7]));
    const reader = new RunReader(folder);
    expect([...(await reader.metrics({ start: 0, end: 99 })).step]).toEqual([1, 2, 3]);
    expect((await reader.snapshot()).epochs).toEqual([epochEvent(2, 1)]);
    expect((await reader.jacobians({ start: 0, end: 99 })).items).toEqual([jacobianEvent(2)]);
    expect((await reader.signals({ start: 0, end: 99 })).items).toEqual([signalsEvent(2)]);
    expect((await reader.spectra({ layer: 'fc1', start: 0, end: 99 })).items).toEqual([
      spectrumEvent(1, 'fc1'),
      spectrumEvent(3, 'fc1', [7]),
    ]);
  });
});

describe('questions', () => {
  test('about layers and steps that are not there', async () => {
    const folder = await sampleRun({ layers: [sampleLayer('fc1')] });
    await writeSafetensors(folder.initFile, tensorsOf(1), {});
    const reader = new RunReader(folder);
    const code = async (action: Promise<unknown>): Promise<string> => (await failure(() => action)).code;
    expect(await code(reader.maskTile({ layer: 'fc9', ...whole }))).toBe('runs.unknown-layer');
    expect(await code(reader.maskTile({ layer: '__proto__', ...whole }))).toBe('runs.unknown-layer');
    expect(await code(reader.spectra({ layer: 'fc9', start: 0, end: 1 }))).toBe('runs.unknown-layer');
    expect(await reader.spectra({ layer: 'fc1', start: 0, end: 1 })).toEqual({ total: 0, items: [] });
    for (const step of [5, -1, 0.5, NaN])
      expect(await code(reader.weightTile({ layer: 'fc1', step, ...whole }))).toBe('runs.unknown-step');
    expect(await code(reader.maskTile({ layer: 'fc1', ...whole, rowEnd: 5 }))).toBe('tiles.outside');
    for (const [start, end] of [
      [-1, 1],
      [2, 1],
      [0.5, 1],
      [0, NaN],
    ]) {
      expect(await code(reader.metrics({ start, end }))).toBe('runs.bad-page');
      expect(await code(reader.jacobians({ start, end }))).toBe('runs.bad-page');
      expect(await code(reader.signals({ start, end }))).toBe('runs.bad-page');
      expect(await code(reader.rotations({ layer: 'fc1', start, end }))).toBe('runs.bad-page');
    }
  });

  test('about the files of an ended run that are gone name the file', async () => {
    const folder = await sampleRun({ state: 'failed', layers: [sampleLayer('fc1')] });
    const reader = new RunReader(folder);
    expect(await failure(() => reader.maskTile({ layer: 'fc1', ...whole }))).toEqual({
      code: 'file.not-found',
      message: `${folder.initFile} is not there. Check the path.`,
    });
    expect((await failure(() => reader.rotations({ layer: 'fc1', start: 0, end: 1 }))).code).toBe('file.not-found');
  });

  test('about rotations', async () => {
    const folder = await sampleRun({ layers: [sampleLayer('fc1'), sampleLayer('fc2', 'base')] });
    const { sequence } = exactOrthogonal({
      rows: 4,
      columns: 6,
      density: 0.5,
      angles: 'uniform',
      rng: Rng.fromSeed(1),
      seed: 1,
    });
    await writeRotations(folder.rotationsFile, new Map([['fc1', sequence]]));
    const reader = new RunReader(folder);
    const page = await reader.rotations({ layer: 'fc1', start: 1, end: 3 });
    expect(page).toMatchObject({ start: 1, total: sequence.first.length, shape: [4, 6] });
    expect(page.angle).toEqual(sequence.angle.slice(1, 3));
    expect(await reader.rotations({ layer: 'fc2', start: 0, end: 3 })).toMatchObject({ total: 0, shape: [4, 6] });
    expect((await failure(() => reader.rotations({ layer: 'fc3', start: 0, end: 3 }))).code).toBe('runs.unknown-layer');
    // A file that tells of another matrix than the record, be it as many values in another shape.
    for (const [rows, columns] of [
      [6, 4],
      [2 ** 30, 2 ** 30],
    ]) {
      await writeRotations(folder.rotationsFile, new Map([['fc1', { ...sequence, rows, columns }]]));
      expect(await failure(() => reader.rotations({ layer: 'fc1', start: 0, end: 1 }))).toEqual({
        code: 'runs.bad-rotations',
        message: `${folder.rotationsFile}: the rotations of layer "fc1" are not of a 4 x 6 matrix. Run the config again, or write the file again with \`sparsescope factor\`.`,
      });
    }
  });
});

describe('no answer is over what a message may be', () => {
  test('metrics come by pages, together the whole', async () => {
    const folder = await sampleRun();
    const count = 45_000;
    await writeFile(
      folder.journalFile,
      Array.from({ length: count }, (_, i) => formatEvent(stepEvent(i + 1))).join(''),
    );
    const reader = new RunReader(folder);
    const steps: number[] = [];
    for (let total = count; steps.length < total;) {
      const page = await reader.metrics({ start: steps.length, end: 1e9 });
      expect(messageBytes(page)).toBeLessThanOrEqual(maxMessageBytes);
      expect(page.start).toBe(steps.length);
      steps.push(...page.step);
      total = page.total;
    }
    expect(steps).toEqual(Array.from({ length: count }, (_, i) => i + 1));
    expect((await reader.metrics({ start: count + 5, end: count + 9 })).step.length).toBe(0);
  });

  test('rotations too', async () => {
    const folder = await sampleRun({ layers: [sampleLayer('fc1')] });
    const total = 120_000;
    const sequence = {
      rows: 4,
      columns: 6,
      first: new Uint32Array(total),
      second: new Uint32Array(total).fill(1),
      angle: Float64Array.from({ length: total }, (_, i) => i),
      lastUndone: false,
      seed: 1,
    };
    await writeRotations(folder.rotationsFile, new Map([['fc1', sequence]]));
    const page = await new RunReader(folder).rotations({ layer: 'fc1', start: 10, end: total });
    expect(page.angle.length).toBe(50_000);
    expect(page.angle[0]).toBe(10);
    expect(messageBytes(page)).toBeLessThanOrEqual(maxMessageBytes);
    expect(serialize(page).length).toBeLessThanOrEqual(maxMessageBytes);
  });

  test('spectra come as many as fit, and at least one', async () => {
    const folder = await sampleRun({ layers: [sampleLayer('fc1')] });
    const values = Array.from({ length: 4096 }, (_, i) => Math.PI * 1e-7 * (4096 - i));
    await append(folder, ...Array.from({ length: 30 }, (_, i) => spectrumEvent(i, 'fc1', values)));
    const reader = new RunReader(folder);
    const steps: number[] = [];
    while (steps.length < 30) {
      const page = await reader.spectra({ layer: 'fc1', start: steps.length, end: 30 });
      expect(page.total).toBe(30);
      expect(page.items.length).toBeGreaterThan(0);
      expect(messageBytes(page)).toBeLessThanOrEqual(maxMessageBytes);
      steps.push(...page.items.map(({ step }) => step));
    }
    expect(steps).toEqual(Array.from({ length: 30 }, (_, i) => i));
    await append(folder, jacobianEvent(1, new Array<number>(60_000).fill(1 / 3)));
    await reader.poll();
    expect((await failure(() => reader.jacobians({ start: 0, end: 1 }))).code).toBe('runs.answer-too-large');
    expect(await reader.jacobians({ start: 1, end: 1 })).toEqual({ total: 1, items: [] });
  });

  test('a snapshot is thinned evenly and keeps the last epoch', async () => {
    const folder = await sampleRun({ layers: Array.from({ length: 1000 }, (_, i) => sampleLayer(`layer${i}`)) });
    await append(folder, ...Array.from({ length: 9_999 }, (_, i) => epochEvent(i + 1, i + 1)));
    const snapshot = await new RunReader(folder).snapshot();
    expect(snapshot.epochs).toHaveLength(2000);
    expect(snapshot.epochs.at(-1)!.epoch).toBe(9_999);
    expect(new Set(snapshot.epochs.map(({ epoch }) => epoch)).size).toBe(2000);
    expect(messageBytes(snapshot)).toBeLessThanOrEqual(maxMessageBytes);
  });
});
