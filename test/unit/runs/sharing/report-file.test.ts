/** The diagnosis in a run's folder: what was written is read, and what is broken is told with its place. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkConfig } from '../../../../src/config/check';
import { finish } from '../../../../src/core/parts';
import type { SharingReport } from '../../../../src/protocol/sharing';
import { RunFolder } from '../../../../src/runs/folder';
import { staticReport } from '../../../../src/runs/sharing/report';
import { readSharingReport, writeSharingReport } from '../../../../src/runs/sharing/report-file';

const text = `version: 1
model: { layers: [{ name: a, linear: { in: 784, out: 30 } }, { name: b, linear: { in: 30, out: 10 } }] }
data: { source: synthetic-digits }
sharing: { method: roast, tile: [8, 8], compression: 8 }
`;

const { config, plan } = checkConfig(text, 'yaml');
const report = finish(staticReport(config!, plan!));
const measured: SharingReport = {
  ...report,
  batch: { examples: 128, loss: 2.3, updateRatio: 0.1, keptEnergy: 0.1, cosine: null, curvature: NaN },
  sharpness: {
    ...{ value: 3, residual: 0.01, iterations: 20, rest: 1, converged: false, etaS: 0.3, threshold: 2, verdict: 'ok' },
    boundaries: {
      proved: [{ initStd: 0.1, learningRate: 1 }],
      heavyBall: [{ initStd: 0.1, learningRate: 2 }],
      empirical: [],
    },
  },
  tested: [
    {
      ...{
        initStd: 0.1,
        learningRate: 1,
        steps: 3,
        outcome: 'diverged',
        firstLoss: 2,
        lastLoss: null,
        predicted: 'band',
      },
    },
  ],
};

let folder: RunFolder;
beforeEach(async () => {
  folder = new RunFolder(await mkdtemp(join(tmpdir(), 'sparsescope-sharing-')));
});
afterEach(() => rm(folder.directory, { recursive: true }));

describe('sharing.json', () => {
  it.each([
    ['static', report],
    ['measured', measured],
  ])('is read as it was written: %s', async (_, written) => {
    await writeSharingReport(folder, written);
    expect(await readSharingReport(folder)).toEqual(written);
  });

  it('keeps where an edit that it suggests is not to be made', async () => {
    await writeSharingReport(folder, report);
    const { findings } = await readSharingReport(folder);
    const edits = findings.find(({ fix }) => fix?.title.includes('stable-rps'))?.fix?.edits;
    expect(edits).toContainEqual({ path: 'sharing.tile', value: null, unless: 'sharing.mapping' });
  });

  it('is read as older versions wrote it, who called the factor lambda', async () => {
    await writeSharingReport(folder, report);
    const json = await readFile(folder.sharingFile, 'utf8');
    await writeFile(folder.sharingFile, json.replaceAll('"factor"', '"lambda"'));
    const { layers } = await readSharingReport(folder);
    expect(layers.map(({ factor }) => factor)).toEqual(report.layers.map(({ factor }) => factor));
  });

  it('is not written yet at first', async () => {
    await expect(readSharingReport(folder)).rejects.toMatchObject({ code: 'runs.not-written-yet' });
  });

  it.each<[string, (json: string) => string, string]>([
    ['cut', (json) => json.slice(0, 400), 'the text is not JSON'],
    [
      'another verdict',
      (json) => json.replace('"verdict":"', '"verdict":"very '),
      'verdict is not ok or warn or fail or info',
    ],
    ['a count that is none', (json) => json.replace(/"m":\d+/, '"m":-1'), 'm is not a whole number from 0'],
  ])('says what is wrong with it: %s', async (_, broken, expected) => {
    await writeSharingReport(folder, report);
    await writeFile(folder.sharingFile, broken(await readFile(folder.sharingFile, 'utf8')));
    const reading = readSharingReport(folder);
    await expect(reading).rejects.toMatchObject({ code: 'runs.sharing-invalid' });
    await expect(reading).rejects.toThrow(expected);
  });
});
