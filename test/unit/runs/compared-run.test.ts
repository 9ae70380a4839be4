/** What a comparison reads of a run folder: settings, course, density, and why there is none of them. */
import { appendFile, rm, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { mostCurvePoints } from '../../../src/protocol/compare-runs';
import type { LayerSummary, RunRecord } from '../../../src/protocol/run';
import { differingKeys } from '../../../src/protocol/run-groups';
import { ComparedRunReader } from '../../../src/runs/compared-run';
import type { RunFolder } from '../../../src/runs/folder';
import { epochEvent, sampleLayer, sampleRun, stepEvent } from './samples';

const config = (sparsity: string, layers = '{ name: fc1, linear: { in: 6, out: 4 } }'): string => `version: 1
model: { layers: [${layers}] }
data: { source: synthetic-digits }
sparsity: { ${sparsity} }
`;

const written = async (
  changes: Partial<RunRecord>,
  text: string,
  events: readonly object[] = [],
): Promise<RunFolder> => {
  const folder = await sampleRun(changes);
  await writeFile(folder.configFile, text);
  await appendFile(folder.journalFile, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  return folder;
};

const done: Partial<RunRecord> = { state: 'completed', layers: [sampleLayer('fc1')] };

describe('a compared run', () => {
  test('tells its settings, its method, its course and its density', async () => {
    const text = config('density: 0.5, init: base, base: kaiming-normal, fan: sparse, update: { method: rigl }');
    const folder = await written(done, text, [stepEvent(5), epochEvent(5, 1), stepEvent(10), epochEvent(10, 2)]);
    const run = await new ComparedRunReader(folder).read();
    expect(run).toMatchObject({
      id: folder.id,
      state: 'completed',
      method: 'base (kaiming-normal, sparse fan) · erk · rigl',
      step: 10,
      totalSteps: 100,
      milliseconds: 100,
      density: 0.5,
      data: { source: 'synthetic-digits', sha256: 'ab12' },
    });
    expect(run.settings).toMatchObject({
      seed: '1',
      'sparsity.density': '0.5',
      'sparsity.eoi.angles': 'uniform',
      'sparsity.update.method': 'rigl',
      'model.layers': '[{ name: fc1, linear: { in: 6, out: 4, bias: true, dense: false, stack: 1 } }]',
    });
    expect(run.curve.step).toEqual([5, 10]);
    expect(run.problem).toBeUndefined();
  });

  test('has the density after the last change of the masks, dense layers left out', async () => {
    const dense = { ...sampleLayer('fc2'), density: 1, nonZeros: 24 };
    const masks = {
      type: 'masks',
      at: 50,
      step: 5,
      method: 'one-shot',
      layers: [{ layer: 'fc1', dropped: 6, grown: 0, kept: 6, dropThreshold: 0.1, growThreshold: null }],
      file: 'updates/step-000005.safetensors',
    };
    const read = async (last: LayerSummary): Promise<number | null> => {
      const record = { ...done, layers: [sampleLayer('fc1'), last] };
      return (await new ComparedRunReader(await written(record, config('density: 0.5'), [stepEvent(5), masks])).read())
        .density;
    };
    expect(await read({ ...dense, dense: true })).toBeCloseTo(6 / 24, 12);
    expect(await read(dense)).toBeCloseTo((6 + 24) / 48, 12);
  });

  test('has one text for what is one value, and a hash for one that is too long to show', async () => {
    const settings = async (text: string): Promise<Record<string, string>> => {
      const { settings: read } = await new ComparedRunReader(await written(done, text)).read();
      return read!;
    };
    const layer = (name: string): string => `{ name: ${name}, linear: { in: 6, out: 6 } }`;
    const many = (last: string): string =>
      [...Array.from({ length: 20 }, (_, i) => layer(`fc${i}`)), layer(last)].join();
    const [fixed, one, other] = [
      await settings(config('eoi: { angles: { fixed: 80 } }')),
      await settings(config('density: 0.5', many('a'))),
      await settings(config('density: 0.5', many('b'))),
    ];
    expect(fixed['sparsity.eoi.angles']).toBe('{ fixed: 80 }');
    expect(one['model.layers'].length).toBeLessThan(80);
    expect(differingKeys([one, other].map((read) => ({ settings: read })))).toEqual(['model.layers']);
  });

  test('that has failed says why, and keeps what it reached', async () => {
    const error = { code: 'engine.loss-not-finite', message: 'The loss is not finite.' };
    const folder = await written({ ...done, state: 'failed', error }, config('density: 0.5'), [
      stepEvent(5),
      epochEvent(5, 1),
    ]);
    expect(await new ComparedRunReader(folder).read()).toMatchObject({
      state: 'failed',
      problem: error.message,
      step: 5,
      curve: { step: [5] },
    });
  });

  test('whose config cannot be read has its course all the same', async () => {
    const folder = await written(done, 'version: 2\n', [stepEvent(5), epochEvent(5, 1)]);
    const run = await new ComparedRunReader(folder).read();
    expect(run).toMatchObject({ state: 'completed', settings: null, method: '', curve: { step: [5] } });
    await rm(folder.configFile);
    expect(await new ComparedRunReader(folder).read()).toMatchObject({ state: 'completed', settings: null });
  });

  test('that is gone says so', async () => {
    const folder = await written(done, config('density: 0.5'));
    const reader = new ComparedRunReader(folder);
    await rm(folder.directory, { recursive: true });
    const run = await reader.read();
    expect(run).toMatchObject({ state: null, data: null, curve: { step: [] } });
    expect(run.problem).toContain(folder.directory);
  });

  test('is looked at again while it goes on, and afterwards only when asked', async () => {
    const folder = await written({ state: 'training', layers: [sampleLayer('fc1')] }, config('density: 0.5'));
    const reader = new ComparedRunReader(folder);
    expect((await reader.read()).state).toBe('training');
    expect(await reader.changed()).toBe(false);
    await appendFile(folder.journalFile, `${JSON.stringify(stepEvent(1))}\n`);
    expect(await reader.changed()).toBe(true);
    expect((await reader.read()).step).toBe(1);
    await folder.writeRecord({ ...(await folder.readRecord()), state: 'completed' });
    expect((await reader.read()).state).toBe('completed');
    await appendFile(folder.journalFile, `${JSON.stringify(stepEvent(2))}\n`);
    expect([await reader.changed(), await reader.changed(true)]).toEqual([false, true]);
  });

  test('of many epochs has some of them, the first and the last among them', async () => {
    const epochs = Array.from({ length: 2 * mostCurvePoints }, (_, i) => epochEvent(i + 1, i + 1));
    const { curve } = await new ComparedRunReader(await written(done, config('density: 0.5'), epochs)).read();
    expect([curve.step.length, curve.step[0], curve.step.at(-1)]).toEqual([mostCurvePoints, 1, 2 * mostCurvePoints]);
  });
});
