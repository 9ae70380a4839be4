import { describe, expect, test } from 'vitest';
import type { RunRecord } from '../../../src/protocol/run';
import { formatRecord, parseRecord } from '../../../src/runs/record';
import { failure } from '../formats/bytes';
import { sampleLayer, sampleRecord } from './samples';

const parse = (value: unknown): RunRecord => parseRecord(JSON.stringify(value), 'run.json');

describe('run.json', () => {
  test('is read as it was written, NaN and infinities too', () => {
    const record = sampleRecord('a-1', {
      layers: [{ ...sampleLayer('fc1'), orthogonalityError: NaN, targetDensity: Infinity }],
      error: { code: 'engine.x', message: 'It stopped.' },
      endedAt: '2025-01-01T00:00:00.000Z',
    });
    expect(parseRecord(formatRecord(record), 'run.json')).toEqual(record);
    expect(formatRecord(record)).toMatch(/\n$/);
  });

  test('fields that this version does not know are left out', () => {
    const record = sampleRecord('a-1');
    expect(parse({ ...record, later: 1, backend: { ...record.backend, driver: 'x' } })).toEqual(record);
  });

  const record = sampleRecord('a-1', { layers: [sampleLayer('fc1')] });
  const layer = sampleLayer('fc1');
  test.each<[unknown, string, string]>([
    [null, 'version', 'a number'],
    [[], 'version', 'a number'],
    ['x', 'version', 'a number'],
    [{ ...record, version: '1' }, 'version', 'a number'],
    [
      { ...record, state: 'running' },
      'state',
      'starting or initialising or training or completed or cancelled or failed or interrupted',
    ],
    [{ ...record, pid: -1 }, 'pid', 'a whole number from 0'],
    [{ ...record, pid: 1.5 }, 'pid', 'a whole number from 0'],
    [{ ...record, seed: 'one' }, 'seed', 'a number'],
    [{ ...record, name: 5 }, 'name', 'a text of at most 255 characters'],
    [{ ...record, name: 'x'.repeat(256) }, 'name', 'a text of at most 255 characters'],
    [{ ...record, dataset: null }, 'dataset', 'an object'],
    [{ ...record, dataset: [] }, 'dataset', 'an object'],
    [
      { ...record, backend: { name: 'cuda', reason: '' } },
      'backend.name',
      'tensorflow-gpu or webgpu or tensorflow or wasm or cpu',
    ],
    [{ ...record, backend: { ...record.backend, device: 'x' } }, 'backend.device', 'an object'],
    [{ ...record, error: { code: 'x' } }, 'error.message', 'a text of at most 4096 characters'],
    [{ ...record, layers: {} }, 'layers', 'a list of at most 1000'],
    [{ ...record, layers: new Array(1001).fill(layer) }, 'layers', 'a list of at most 1000'],
    [{ ...record, layers: [layer, { ...layer, shape: [1] }] }, 'layers[1].shape', 'a pair'],
    [{ ...record, layers: [{ ...layer, shape: [1, -1] }] }, 'layers[0].shape[1]', 'a whole number from 0'],
    [{ ...record, layers: [{ ...layer, singularValues: { min: 1 } }] }, 'layers[0].singularValues.mean', 'a number'],
    [
      { ...record, versions: JSON.parse('{"__proto__":{"sparsescope":"1"}}') as unknown },
      'versions.sparsescope',
      'a text of at most 255 characters',
    ],
  ])('%# names what is wrong and what was expected', async (value, where, expected) => {
    expect(await failure(() => parse(value))).toEqual({
      code: 'runs.record-invalid',
      message: `run.json: ${where} is not ${expected}. Restore it from a copy, or start a new run.`,
    });
  });

  test('text that is no JSON, and versions to come', async () => {
    expect((await failure(() => parseRecord('{', 'run.json'))).message).toContain('the text is not JSON');
    for (const version of [0, 2, 1.5])
      expect(await failure(() => parse({ ...record, version }))).toEqual({
        code: 'runs.record-version',
        message: `run.json has version ${version}, this Sparsescope reads 1. Open it with the Sparsescope that wrote it, or update.`,
      });
  });
});
