/** Going on in a run folder that is not as the run left it: damaged, emptied, moved. */
import { execFileSync } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFile } from '../../../src/formats/byte-source';
import { openSafetensors, safetensorsChunks } from '../../../src/formats/safetensors';
import type { TensorToWrite } from '../../../src/formats/safetensors';
import type { RunEvent } from '../../../src/protocol/run';
import { RunFolder } from '../../../src/runs/folder';
import { readJournal } from '../../../src/runs/journal';
import { configText, context, finalCheckpoint, outcome, Project, recordOf, stepsPerEpoch, TestEngine } from './project';

let project: Project;
let engine: TestEngine;
beforeEach(async () => {
  project = await Project.create();
  engine = await TestEngine.greeted();
});
afterEach(() => project.remove());

/** Has the checkpoints 4, 7 and the initialisation. */
const stopped = async (): Promise<string> =>
  (await engine.runUntil(project.start(), (event) => event.type === 'step' && event.step === 7)).directory;
const checkpoint = (directory: string, step: number): string =>
  join(directory, `checkpoints/step-${String(step).padStart(6, '0')}.safetensors`);
const warnings = async (directory: string): Promise<RunEvent[]> =>
  (await readJournal(new RunFolder(directory).journalFile)).filter(({ type }) => type === 'warning');
const warned = (): string[] => engine.logs.filter(({ level }) => level === 'warn').map(({ message }) => message);

/** Resumes, and expects the bytes and the journal of a run that nothing happened to. */
const expectSameResult = async (directory: string): Promise<void> => {
  const straight = await engine.run(project.start());
  await engine.resume(directory);
  expect((await recordOf(directory)).state).toBe('completed');
  expect((await finalCheckpoint(directory)).equals(await finalCheckpoint(straight.directory))).toBe(true);
  expect(await outcome(directory)).toEqual(await outcome(straight.directory));
};

/** Changes one bit of the last byte, which is one of a tensor. */
const flip = async (path: string): Promise<void> => {
  const bytes = await readFile(path);
  bytes[bytes.length - 1] ^= 1;
  await writeFile(path, bytes);
};

/** As it was written before there were checksums. */
const withoutSum = async (path: string): Promise<void> => {
  const file = await openSafetensors(await openFile(path));
  const metadata = Object.fromEntries(Object.entries(file.metadata).filter(([key]) => key !== 'sha256'));
  const tensors: TensorToWrite[] = [];
  for (const entry of file.tensors) {
    const { name, dtype, shape } = entry;
    tensors.push({ name, dtype, shape, data: await file.readBytes(entry) });
  }
  await file.close();
  await writeFile(path, Buffer.concat([...safetensorsChunks(tensors, metadata)]));
};

describe('a damaged checkpoint', () => {
  const damages: [string, (path: string) => Promise<void>, RegExp][] = [
    ['cut off', (path) => truncate(path, 200), /safetensors\./],
    ['empty', (path) => truncate(path, 0), /safetensors\.too-short/],
    ['changed in one bit of its last byte', (path) => flip(path), /safetensors\.changed/],
    ['of another network', (path) => cp(join(path, '../../rotations/givens.safetensors'), path), /checkpoint-mismatch/],
    [
      'a folder',
      async (path) =>
        rm(path)
          .then(() => mkdir(path))
          .then(() => undefined),
      /file\.not-a-file/,
    ],
    [
      'a link whose file is gone',
      async (path) => {
        await rm(path);
        await symlink('nowhere.safetensors', path);
      },
      /is missing: it is a link, and its file is not there\. .* the link is kept as/,
    ],
  ];

  it.each(damages)('%s is named, set aside, and the run goes on from the one before', async (_, damage, code) => {
    const directory = await stopped();
    const path = checkpoint(directory, 7);
    await damage(path);
    await expectSameResult(directory);
    const [warning, ...more] = await warnings(directory);
    expect(more).toEqual([]);
    expect(warning).toMatchObject({ code: 'engine.checkpoint-unusable' });
    const { message } = warning as { message: string };
    expect(message).toMatch(code);
    expect(message).toContain(path);
    expect(message).toContain('from step 4');
    expect(warned()).toEqual([`tiny-1: ${message}`]);
    const names = await readdir(join(directory, 'checkpoints'));
    expect(names).toContain('step-000007.safetensors.damaged');
    expect(names).not.toContain('step-000007.safetensors');
  });

  it('that is one of another step or seed is set aside, whatever its name says', async () => {
    const directory = await stopped();
    const other = await engine.run(project.start({ seed: 4, epochs: 1 }));
    await cp(checkpoint(other.directory, 4), checkpoint(directory, 4));
    await cp(checkpoint(directory, 7), checkpoint(directory, 9));
    await rm(checkpoint(directory, 7));
    await expectSameResult(directory);
    const told = (await warnings(directory)).map((warning) => (warning as { message: string }).message);
    expect(told).toEqual([
      expect.stringContaining('its step is 7, not 9'),
      expect.stringContaining('its seed is 4, not 3'),
    ]);
  });

  it('and all before it: the run goes on from its initial weights; the sentences say so', async () => {
    const directory = await stopped();
    for (const step of [4, 7]) await truncate(checkpoint(directory, step), 99);
    await expectSameResult(directory);
    const told = await warnings(directory);
    expect(told).toHaveLength(2);
    expect((told[0] as { message: string }).message).toContain('from its initial weights');
  });

  it('and the initialisation too: the run begins anew', async () => {
    const directory = await stopped();
    for (const file of [checkpoint(directory, 4), checkpoint(directory, 7), join(directory, 'init.safetensors')])
      await truncate(file, 99);
    await expectSameResult(directory);
    const told = (await warnings(directory)) as { code: string; message: string }[];
    expect(told.map(({ code }) => code)).toEqual([
      'engine.checkpoint-unusable',
      'engine.checkpoint-unusable',
      'engine.init-unusable',
    ]);
    expect(told[2].message).toContain('begins anew');
  });

  it('of changed initial weights is named, and the run begins anew', async () => {
    const directory = await stopped();
    for (const file of [checkpoint(directory, 4), checkpoint(directory, 7), join(directory, 'init.safetensors')])
      await flip(file);
    await expectSameResult(directory);
    const told = (await warnings(directory)) as { code: string; message: string }[];
    expect(told[2]).toMatchObject({
      code: 'engine.init-unusable',
      message: expect.stringContaining('safetensors.changed') as string,
    });
  });

  it('without a checksum is taken as it is', async () => {
    const directory = await stopped();
    await withoutSum(checkpoint(directory, 7));
    await expectSameResult(directory);
    expect(await warnings(directory)).toEqual([]);
  });

  it('does not hide that a run of before config hashes has another config', async () => {
    const directory = await stopped();
    const folder = new RunFolder(directory);
    const record = await folder.readRecord();
    delete record.configSha256;
    await folder.writeRecord(record);
    await writeFile(folder.configFile, configText().replaceAll('12', '11'));
    await expect(engine.api.resumeRun({ directory }, context())).rejects.toMatchObject({
      code: 'engine.checkpoint-mismatch',
    });
    expect(await readdir(folder.checkpoints)).toEqual(['step-000004.safetensors', 'step-000007.safetensors']);
  });
});

describe('the initialisation of a run whose masks change', () => {
  const change = { sparsity: 'update: { method: set, every: 2, dropFraction: 0.3 }' };

  it.each([
    ['gone', (path: string) => rm(path)],
    ['changed in one bit', (path: string) => flip(path)],
  ])('is not needed where there is a checkpoint: %s', async (_, damage) => {
    const atSeven = (event: RunEvent): boolean => event.type === 'step' && event.step === 7;
    const { directory } = await engine.runUntil(project.start(change), atSeven);
    await damage(join(directory, 'init.safetensors'));
    const straight = await engine.run(project.start(change));
    await engine.resume(directory);
    expect((await recordOf(directory)).state).toBe('completed');
    expect((await finalCheckpoint(directory)).equals(await finalCheckpoint(straight.directory))).toBe(true);
  });
});

describe('a run folder without weights', () => {
  it.each([
    ['checkpoints', ['checkpoints']],
    ['checkpoints, initialisation and rotations', ['checkpoints', 'init.safetensors', 'rotations']],
  ])('removed %s: the same result', async (_, names) => {
    const directory = await stopped();
    for (const name of names) await rm(join(directory, name), { recursive: true });
    await expectSameResult(directory);
    expect(await warnings(directory)).toEqual([]);
    expect(await readdir(join(directory, 'rotations'))).toEqual(['givens.safetensors']);
  });
});

describe('a run that was moved', () => {
  const moveTo = async (from: string, to: string): Promise<string> => {
    await rename(from, to);
    return to;
  };

  it('with its whole project finds the data where the config lies now', async () => {
    await writeFile(project.configPath, configText());
    const directory = await stopped();
    const straight = await finalCheckpoint((await engine.run(project.start())).directory);
    const place = await moveTo(project.root, `${project.root}-moved`);
    try {
      const moved = join(place, '.sparsescope/runs/tiny-1');
      expect(directory).toBe(join(project.root, '.sparsescope/runs/tiny-1'));
      await engine.resume(moved);
      expect((await finalCheckpoint(moved)).equals(straight)).toBe(true);
      expect(await recordOf(moved)).toMatchObject({
        state: 'completed',
        configPath: join(place, 'tiny.sparse.yaml'),
        configFromRun: '../../../tiny.sparse.yaml',
      });
    } finally {
      await rm(place, { recursive: true, force: true });
    }
  });

  it('alone finds the data where the config was, and says from there where that is', async () => {
    await writeFile(project.configPath, configText());
    const directory = await moveTo(await stopped(), join(project.root, 'elsewhere'));
    await expectSameResult(directory);
    expect(await recordOf(directory)).toMatchObject({
      configPath: project.configPath,
      configFromRun: '../tiny.sparse.yaml',
    });
  });

  it('as a copy of the project reads the data of the copy, and refuses other data', async () => {
    await writeFile(project.configPath, configText());
    await stopped();
    const copy = `${project.root}-copy`;
    await cp(project.root, copy, { recursive: true });
    try {
      const labels = join(copy, 'data/train-labels-idx1-ubyte');
      const bytes = await readFile(labels);
      bytes[20] ^= 1;
      await writeFile(labels, bytes);
      const directory = join(copy, '.sparsescope/runs/tiny-1');
      await expect(engine.api.resumeRun({ directory }, context())).rejects.toMatchObject({
        code: 'engine.data-changed',
      });
    } finally {
      await rm(copy, { recursive: true, force: true });
    }
  });
});

describe('a config in the run folder that is none', () => {
  it.skipIf(process.platform === 'win32')('a pipe nobody writes to: one sentence, no waiting', async () => {
    const directory = await stopped();
    const { configFile } = new RunFolder(directory);
    await rm(configFile);
    execFileSync('mkfifo', [configFile]);
    await expect(engine.api.resumeRun({ directory }, context())).rejects.toMatchObject({
      code: 'file.not-a-file',
      message: expect.stringContaining(configFile) as string,
    });
    expect((await recordOf(directory)).state).toBe('cancelled');
  });

  it('a huge one: one sentence, nothing of it is read', async () => {
    const directory = await stopped();
    const { configFile } = new RunFolder(directory);
    // A file with a hole: far more than could be held in memory.
    await truncate(configFile, 2 ** 40);
    await expect(engine.api.resumeRun({ directory }, context())).rejects.toMatchObject({
      code: 'config.too-large',
      message: expect.stringContaining(configFile) as string,
    });
    expect((await recordOf(directory)).state).toBe('cancelled');
  });
});

describe('training that diverges and stays finite', () => {
  // So large a rate that the weights are thrown far off; tanh keeps the rest finite.
  const wild = { learningRate: 30, weightDecay: 0, epochs: 3 };

  it('is told once, with the epoch and the losses; the run goes on to its end', async () => {
    const { directory } = await engine.run(project.start(wild));
    expect((await recordOf(directory)).state).toBe('completed');
    const told = (await warnings(directory)) as { code: string; message: string; step: number }[];
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ code: 'engine.training-diverges', step: 6 });
    expect(told[0].message).toMatch(/epoch 1 is \d.*learningRate/);
    expect(warned()).toEqual([`tiny-1: ${told[0].message}`]);
  });

  it('is told at the same place when the run was stopped and went on', async () => {
    const straight = await engine.run(project.start(wild));
    const { directory } = await engine.runUntil(project.start(wild), ({ type }) => type === 'warning');
    await engine.resume(directory);
    expect(await outcome(directory)).toEqual(await outcome(straight.directory));
    expect(await warnings(directory)).toHaveLength(1);
  });

  it('is not told of training that works', async () => {
    const { directory } = await engine.run(project.start());
    expect(await warnings(directory)).toEqual([]);
    expect(warned()).toEqual([]);
  });
});

describe('a journal with damaged lines', () => {
  it('leaves the weights alone, and the epoch has the means of the steps that are left', async () => {
    const straight = await engine.run(project.start());
    const { directory } = await engine.runUntil(
      project.start(),
      (event) => event.type === 'step' && event.step === stepsPerEpoch + 4,
    );
    const { journalFile } = new RunFolder(directory);
    const lines = (await readFile(journalFile, 'utf8')).split('\n');
    const lost = lines.findIndex(
      (line) => line.includes(`"type":"step"`) && line.includes(`"step":${stepsPerEpoch + 2},`),
    );
    lines[lost] = lines[lost].slice(0, 20);
    await writeFile(journalFile, lines.join('\n'));
    await engine.resume(directory);
    expect((await finalCheckpoint(directory)).equals(await finalCheckpoint(straight.directory))).toBe(true);
    const events = await readJournal(journalFile);
    const left = events.filter((event) => event.type === 'step').filter(({ epoch }) => epoch === 2);
    const epochs = events.filter((event) => event.type === 'epoch');
    expect(left).toHaveLength(stepsPerEpoch - 1);
    // All batches of the tiny data have the same size.
    const mean = left.reduce((sum, { loss }) => sum + loss, 0) / left.length;
    expect(epochs[1].trainLoss).toBeCloseTo(mean, 12);
    const message =
      `1 of the ${stepsPerEpoch + 4} steps so far is missing: lines of events.jsonl were lost or damaged. ` +
      'The training mean of the epoch that goes on is over those that are left; the weights come to the same.';
    expect(await warnings(directory)).toMatchObject([{ code: 'engine.steps-missing', message }]);
    expect(warned()).toEqual([expect.stringContaining(message)]);
  });
});
