import { describe, expect, test } from 'vitest';
import { reportDataVersion } from '../../../src/protocol/report';
import { maskPicture } from '../../../webview/report/mask-figure';
import { parseReport } from '../../../webview/report/data';
import { filterTensors, kindOf } from '../../../webview/views/tensors/tensor-kind';

const minimal = {
  version: reportDataVersion,
  epochs: [],
  spectra: [],
  jacobians: [],
  signals: [],
  masks: [],
  record: { layers: [] },
  metrics: { step: [] },
};

describe('the data of a report', () => {
  test('are taken when they are whole', () => {
    expect(parseReport(JSON.stringify(minimal))).toEqual(minimal);
  });

  test.each([
    [undefined, 'view.bad-report'],
    ['', 'view.bad-report'],
    ['null', 'view.bad-report'],
    ['{"version"', 'view.bad-report'],
    [JSON.stringify({ ...minimal, masks: undefined }), 'view.bad-report'],
    [JSON.stringify({ ...minimal, record: {} }), 'view.bad-report'],
    [JSON.stringify({ ...minimal, version: 2 }), 'view.report-version'],
  ])('%s is refused', (text, code) => {
    expect(() => parseReport(text)).toThrow(expect.objectContaining({ code }));
  });

  test('carry masks as bits or as shares', () => {
    const bits = Buffer.from(Uint8Array.of(0b101, 0b010)).toString('base64');
    const exact = maskPicture({ layer: 'a', rows: 2, columns: 3, form: 'bits', data: bits });
    expect([...exact.values]).toEqual([1, 0, 1, 0, 1, 0]);
    const data = Buffer.from(Uint8Array.of(0, 255, 51, 0)).toString('base64');
    const merged = maskPicture({
      layer: 'a',
      rows: 2000,
      columns: 3000,
      form: 'cells',
      cellRows: 2,
      cellColumns: 2,
      data,
    });
    expect([...merged.values].map((share) => Math.round(share * 100) / 100)).toEqual([0, 1, 0.2, 0]);
  });
});

describe('a tensor', () => {
  test.each([
    [[], { kind: 'scalar' }],
    [[1, 1], { kind: 'scalar' }],
    [[0, 4], { kind: 'empty' }],
    [[7], { kind: 'vector', length: 7 }],
    [[3, 4], { kind: 'matrix', rows: 3, columns: 4 }],
    [[8, 3, 3, 3], { kind: 'matrix', rows: 8, columns: 27 }],
  ])('of shape %j is shown as %j', (shape, kind) => {
    expect(kindOf({ shape })).toEqual(kind);
  });

  test('is found by every word of the filter', () => {
    const tensors = ['layers.fc1.weight', 'layers.fc1.bias', 'layers.fc10.Weight'].map((name) => ({ name }));
    expect(filterTensors(tensors, '').length).toBe(3);
    expect(filterTensors(tensors, ' WEIGHT fc1 ').map(({ name }) => name)).toEqual([
      'layers.fc1.weight',
      'layers.fc10.Weight',
    ]);
    expect(filterTensors(tensors, 'none')).toEqual([]);
  });
});
