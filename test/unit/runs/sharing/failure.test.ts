/** The steps that are kept of each trouble of a run that shares weights. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SharingFailure } from '../../../../src/protocol/sharing';
import { RunFolder } from '../../../../src/runs/folder';
import { RunReader } from '../../../../src/runs/reader';
import { addSharingFailure, readSharingFailures } from '../../../../src/runs/sharing-failure';

let folder: RunFolder;
beforeEach(async () => void (folder = new RunFolder(await mkdtemp(join(tmpdir(), 'failures-')))));
afterEach(() => rm(folder.directory, { recursive: true, force: true }));

const trouble = (code: string, verdict: SharingFailure['verdict'], step: number): SharingFailure => ({
  ...{ code, verdict, step, layer: 'fc1', value: 0.2, threshold: 0.1 },
  steps: [{ step, loss: 2, memoryNorm: 1, gradientNorm: null, layers: [{ layer: 'fc1', updateRatio: 0.2, norm: 3 }] }],
});

/** As a view is given them. */
const served = async (): Promise<SharingFailure[]> => {
  const reader = new RunReader(folder);
  try {
    return await reader.sharingFailures();
  } finally {
    reader.dispose();
  }
};

it('keeps all in the order in which they came: a later failure takes nothing of the first', async () => {
  expect(await readSharingFailures(folder)).toEqual([]);
  expect(await served()).toEqual([]);
  const all = [
    trouble('sharing.update-ratio', 'warn', 3),
    trouble('sharing.loss-growth', 'fail', 7),
    trouble('sharing.not-finite', 'fail', 9),
  ];
  await addSharingFailure(folder, all[0]);
  expect(await served()).toEqual([all[0]]);
  for (const one of all.slice(1)) await addSharingFailure(folder, one);
  expect(await readSharingFailures(folder)).toEqual(all);
  expect(await served()).toEqual(all);
  expect(JSON.parse(await readFile(folder.sharingFailureFile, 'utf8'))).toMatchObject({ version: 2 });
});

it('has each kind once: of a run that went on from before it the new one, at its place', async () => {
  for (const one of [trouble('a', 'warn', 3), trouble('b', 'fail', 7), trouble('a', 'warn', 2)])
    await addSharingFailure(folder, one);
  expect((await readSharingFailures(folder)).map(({ code, step }) => [code, step])).toEqual([
    ['a', 2],
    ['b', 7],
  ]);
});

it('has leaps by their layers', async () => {
  const leap = trouble('sharing.update-ratio', 'warn', 3);
  const all = [leap, { ...leap, layer: 'fc2' }, { ...leap, step: 2 }];
  for (const one of all) await addSharingFailure(folder, one);
  expect(await readSharingFailures(folder)).toEqual([all[2], all[1]]);
});

it('reads the first form, which had the last failure alone, and refuses what is none', async () => {
  const { code, step, layer, steps } = trouble('sharing.plateau', 'fail', 40);
  await writeFile(folder.sharingFailureFile, JSON.stringify({ code, step, layer, steps }));
  const unmeasured = { value: null, threshold: null };
  expect(await readSharingFailures(folder)).toEqual([{ ...trouble('sharing.plateau', 'fail', 40), ...unmeasured }]);
  for (const text of ['{', '[]', '{"version":3,"failures":[]}', '{"version":2,"failures":[{"code":"a"}]}']) {
    await writeFile(folder.sharingFailureFile, text);
    await expect(readSharingFailures(folder)).rejects.toMatchObject({ code: 'runs.sharing-failure-invalid' });
  }
  // A run that has something to tell is not stopped by it.
  await addSharingFailure(folder, trouble('b', 'fail', 7));
  expect(await readSharingFailures(folder)).toEqual([trouble('b', 'fail', 7)]);
});
