/** Arrays larger than what is kept in memory, read by the thread of the bundle as it is shipped. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { open, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Rng } from '../../../src/core/rng';
import { openStore } from '../../../src/engine/data/store';
import { npyHeaderBytes } from '../../../src/formats/npy';
import { RecordReader } from '../../../src/formats/records';
import type { RecordFile } from '../../../src/formats/records';
import { RunFolder } from '../../../src/runs/folder';
import { npyFile } from '../formats/npy-file';
import type { Bundle } from './bundle';
import { bundle } from './bundle';
import { configText, finalCheckpoint, outcome, Project, recordOf, TestEngine } from './project';

let built: Bundle;
let project: Project;
beforeAll(async () => void (built = await bundle()));
afterAll(() => built.remove());
beforeEach(async () => void (project = await Project.create()));
afterEach(() => project.remove());

const inData = (name: string): string => join(project.root, 'data', name);
const wave = (i: number): number => Math.sin(1.7 * i);

describe('the thread that reads', () => {
  const count = 40;
  const inputs = 6;
  const small = async (): Promise<RecordFile> => {
    const values = Float32Array.from({ length: count * inputs }, (_, i) => wave(i));
    await writeFile(inData('x.npy'), npyFile('<f4', [count, inputs], values));
    const offset = npyHeaderBytes('<f4', [count, inputs]).length;
    return { path: inData('x.npy'), offset, dtype: 'F32', inputs, transpose: { places: 2, channels: 3 } };
  };

  it('answers as a reader in this thread does, each request its own, until it is closed', async () => {
    const records = await small();
    const [thread, reader] = [openStore(records, built.folder), new RecordReader(records)];
    expect(thread).not.toBeInstanceOf(RecordReader);
    const rng = Rng.fromSeed(5);
    const requests = Array.from({ length: 20 }, (_, n) => Uint32Array.from({ length: n }, () => rng.below(count)));
    const answers = await Promise.all(requests.map((request) => thread.read(request)));
    for (const [n, request] of requests.entries()) expect(answers[n]).toEqual(await reader.read(request));
    await thread.close();
    await reader.close();
    await expect(thread.read(requests[1])).rejects.toMatchObject({ code: 'engine.data-reader-ended' });
  });

  it('says of a file that was cut off or has a bad value which it is, and goes on with the others', async () => {
    const records = await small();
    const thread = openStore(records, built.folder);
    try {
      await thread.read(Uint32Array.of(0));
      await truncate(records.path, records.offset + 4 * inputs * 10 + 3);
      await expect(thread.read(Uint32Array.of(3, 25))).rejects.toMatchObject({
        code: 'file.shrank',
        message: expect.stringContaining(records.path) as string,
      });
      expect(await thread.read(Uint32Array.of(3))).toHaveLength(inputs);
      const file = await open(records.path, 'r+');
      await file.write(new Uint8Array(new Float32Array([Number.NaN]).buffer), 0, 4, records.offset + 4 * inputs * 7);
      await file.close();
      await expect(thread.read(Uint32Array.of(2, 7))).rejects.toMatchObject({
        code: 'data.not-finite',
        message: expect.stringContaining('example 7') as string,
      });
    } finally {
      await thread.close();
    }
  });
});

describe('a run whose examples do not stay in memory', () => {
  const [examples, side, epochs] = [272, 512, 2];
  /** 216 or 217 of them are trained with, 8 at a time. */
  const total = epochs * Math.ceil((0.8 * examples) / 8);

  /** 272 MiB, of which most is a hole in the file. */
  const large = async (): Promise<void> => {
    const shape = [examples, 1, side, side];
    const header = npyHeaderBytes('<f4', shape);
    const record = 4 * side * side;
    const file = await open(inData('x_train.npy'), 'w');
    await file.write(header, 0, header.length, 0);
    await file.truncate(header.length + examples * record);
    for (let example = 0; example < examples; example++) {
      const values = Float32Array.from({ length: 32 * side }, (_, i) => 3 * wave(example + i * (1 + (example % 10))));
      await file.write(new Uint8Array(values.buffer), 0, values.byteLength, header.length + example * record);
    }
    await file.close();
    const labels = Uint8Array.from({ length: examples }, (_, i) => i % 10);
    await writeFile(inData('y_train.npy'), npyFile('|u1', [examples], labels));
    await writeFile(project.configPath, text);
  };
  const text = configText({
    data: 'source: npy, path: ./data',
    epochs,
    layers: ['{ pool: { of: average, size: 32 } }', '{ name: fc1, linear: { in: 256, out: 10 } }'],
  }).replace('jacobian: { at: [0, 5, end], samples: 4 }', 'jacobian: { at: [] }');

  const cli = (...args: string[]) => spawn(process.execPath, [built.cli, ...args], { cwd: project.root });
  const sizeOf = (file: string): number => (existsSync(file) ? statSync(file).size : 0);
  /** Until the journal has so many bytes more than it has. */
  const grown = async (directory: string, bytes: number, ended: () => boolean): Promise<void> => {
    const { journalFile } = new RunFolder(directory);
    const enough = sizeOf(journalFile) + bytes;
    while (sizeOf(journalFile) < enough && !ended()) await after(1);
  };

  it('comes to the same bytes in one thread, with a thread that reads, and after kills', async () => {
    await large();
    const engine = await TestEngine.greeted();
    const alone = await engine.run({ configPath: project.configPath, configText: text, root: project.root });
    expect((await recordOf(alone.directory)).state).toBe('completed');
    const [straight, hurt] = ['straight', 'hurt'].map((name) => join(project.root, name));
    expect(await once(cli('run', project.configPath, '-o', straight), 'exit')).toEqual([0, null]);
    for (let kills = 0; kills < 3; kills++) {
      const child = kills > 0 ? cli('resume', hurt) : cli('run', project.configPath, '-o', hurt);
      const exit = once(child, 'exit');
      await grown(hurt, 1_500, () => child.exitCode !== null);
      child.kill('SIGKILL');
      expect(await exit, 'the run was over before it was killed').toEqual([null, 'SIGKILL']);
    }
    expect(await once(cli('resume', hurt), 'exit')).toEqual([0, null]);
    const wanted = await finalCheckpoint(alone.directory, total);
    for (const directory of [straight, hurt]) {
      expect((await finalCheckpoint(directory, total)).equals(wanted)).toBe(true);
      expect(await outcome(directory)).toEqual(await outcome(alone.directory));
    }
  }, 180_000);

  it('ends with one sentence when the file is cut off in the middle of it', async () => {
    await large();
    // Longer than the cut can be late.
    await writeFile(project.configPath, text.replace(`epochs: ${epochs}`, 'epochs: 500'));
    const directory = join(project.root, 'cut');
    const child = cli('run', project.configPath, '-o', directory);
    let err = '';
    // A pipe that nobody reads is never closed.
    child.stdout.resume();
    child.stderr.on('data', (data: Buffer) => (err += String(data)));
    const exit = once(child, 'close');
    await grown(directory, 1_500, () => child.exitCode !== null);
    await truncate(inData('x_train.npy'), 1 << 20);
    // The process ends, so the thread has.
    expect(await exit).toEqual([1, null]);
    expect(err.match(/^error .*/gm)).toEqual([expect.stringMatching(/^error file\.shrank: \S+x_train\.npy/)]);
    const { state, error } = await recordOf(directory);
    expect([state, error?.code]).toEqual(['failed', 'file.shrank']);
  }, 120_000);
});
