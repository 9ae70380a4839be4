import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../src/protocol/run';
import type { RunFolder } from '../../../src/runs/folder';
import { glance } from '../../../src/runs/glance';
import { newRun, sampleRecord } from './samples';

let root: string;
let folder: RunFolder;

const step = (n: number): string =>
  JSON.stringify({
    type: 'step',
    at: n,
    step: n,
    epoch: 0,
    loss: 1,
    accuracy: 0.5,
    gradientNorm: 1,
    learningRate: 0.1,
  } satisfies RunEvent);
const epoch = (n: number, validationAccuracy: number): string =>
  JSON.stringify({
    type: 'epoch',
    at: n,
    step: n,
    epoch: 0,
    trainLoss: 1,
    trainAccuracy: 0.5,
    validationLoss: 1,
    validationAccuracy,
  } satisfies RunEvent);
/** A line of that many bytes that is none of ours. */
const filler = (bytes: number): string => JSON.stringify({ type: 'other', text: 'ä'.repeat(bytes / 2) });
const write = (lines: string[], end = '\n'): void => writeFileSync(folder.journalFile, lines.join('\n') + end);

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'glance-'));
  folder = await newRun({ root, name: 'a', configText: 'version: 1\n' });
  await folder.writeRecord(sampleRecord(folder.id, { state: 'completed' }));
});
afterEach(() => rmSync(root, { recursive: true }));

describe('a glance at a run', () => {
  it('has the last step and the accuracy after the last epoch', async () => {
    write([step(1), epoch(1, 0.9), step(2), epoch(2, 0.7), step(3)]);
    expect(await glance(folder)).toMatchObject({ record: { state: 'completed' }, step: 3, accuracy: 0.7 });
  });

  it.each([100, 65_000, 65_536, 200_000, 1_000_000])('finds them before %i bytes of something else', async (bytes) => {
    write([step(1), epoch(1, 0.25), filler(bytes), step(2), filler(bytes)]);
    expect(await glance(folder)).toMatchObject({ step: 2, accuracy: 0.25 });
  });

  it('finds them wherever the chunks of its reading are cut', async () => {
    for (let bytes = 65_300; bytes < 65_536; bytes += 2) {
      write([epoch(1, 0.25), step(2), filler(bytes)]);
      expect(await glance(folder)).toMatchObject({ step: 2, accuracy: 0.25 });
    }
  });

  it('passes over a torn end', async () => {
    write([epoch(1, 0.5), step(2).slice(0, 40)], '');
    expect(await glance(folder)).toMatchObject({ step: 1, accuracy: 0.5 });
  });

  it('knows of a run without a journal that there is nothing yet', async () => {
    expect(await glance(folder)).toMatchObject({ step: 0, accuracy: undefined });
    rmSync(folder.recordFile);
    await expect(glance(folder)).rejects.toMatchObject({ code: 'runs.no-record' });
  });
});
