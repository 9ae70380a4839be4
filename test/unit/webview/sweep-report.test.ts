import { describe, expect, it } from 'vitest';
import type { PlainValue } from '../../../src/core/plain-value';
import type { TrialGroup } from '../../../src/protocol/sweep';
import { extentOf, layoutOf, panelsOf } from '../../../webview/report/sweep-series';
import { spreadText } from '../../../webview/report/sweep-words';

const group = (values: PlainValue[], mean: number, deviation?: number, density?: number): TrialGroup => ({
  values,
  trials: [],
  completed: 2,
  failed: 0,
  spread: {
    accuracy: { count: 2, mean, deviation },
    ...(density !== undefined && { density: { count: 2, mean: density, deviation: 0 } }),
  },
});

describe('the charts of a sweep', () => {
  const keys = ['model.activation', 'sparsity.density', 'sparsity.init', 'data.validation'];
  const groups = [
    group(['relu', 0.5, 'eoi', 0.1], 0.9, 0.01, 0.49),
    group(['relu', 0.1, 'eoi', 0.1], 0.8, 0.02, 0.11),
    group(['relu', 0.5, 'base', 0.1], 0.7, undefined, 0.5),
    { ...group(['tanh', 0.5, 'base', 0.1], 0.7), spread: {} },
  ];

  it('have density along the axis, a line a method, a panel for what else varies', () => {
    const layout = layoutOf({ keys, groups });
    expect(layout).toEqual({
      along: 'sparsity.density',
      names: undefined,
      log: false,
      line: 'sparsity.init',
      panels: ['model.activation'],
    });
    const panels = panelsOf({ keys, groups }, 'accuracy', layout);
    // What was kept, ascending; a panel without a point is none.
    expect(panels).toEqual([
      {
        title: 'model.activation relu',
        lines: [
          {
            label: 'eoi',
            place: 0,
            points: [
              { x: 0.11, mean: 0.8, deviation: 0.02 },
              { x: 0.49, mean: 0.9, deviation: 0.01 },
            ],
          },
          { label: 'base', place: 1, points: [{ x: 0.5, mean: 0.7, deviation: undefined }] },
        ],
      },
    ]);
    expect(extentOf(panels)).toEqual([0.7, 0.91]);
    expect(panelsOf({ keys, groups }, 'loss', layout)).toEqual([]);
  });

  it.each([
    [[0.001, 0.01, 0.1, 1], true],
    [[0.01, 0.11], true],
    [[0.1, 0.5, 1], false],
    [[0, 0.001, 1], false],
    [[-1, 100], false],
    [['a', 1, 100], false],
  ])('have an axis of ratios for values above 0 that span more than a decade: %j is %s', (values, log) => {
    const of = { keys: ['sharing.initStd'], groups: values.map((value) => group([value], 0.5)) };
    expect(layoutOf(of).log).toBe(log);
  });

  it('name words along the axis; the same in all is no axis', () => {
    const some = [group(['eoi', { method: 'rigl' }], 0.9), group(['base', { method: 'rigl' }], 0.8)];
    const of = { keys: ['sparsity.init', 'sparsity.update'], groups: some };
    const layout = layoutOf(of);
    expect(layout).toEqual({ along: 'sparsity.init', names: ['eoi', 'base'], log: false, line: undefined, panels: [] });
    expect(panelsOf(of, 'accuracy', layout)[0].lines[0].points.map(({ x }) => x)).toEqual([1, 2]);
    expect(layoutOf({ keys: ['seed'], groups: [group([1], 0.5)] }).along).toBeUndefined();
    expect(layoutOf({ keys: [], groups: [group([], 0.5)] }).along).toBeUndefined();
  });

  it('tell mean and deviation in the unit of the figure', () => {
    expect(spreadText('accuracy', { count: 3, mean: 0.9321, deviation: 0.00412 }, 3)).toBe('93.2 ± 0.41');
    expect(spreadText('initSeconds', { count: 2, mean: 0.527, deviation: 0.4812 }, 2)).toBe('527 ± 481');
    expect(spreadText('loss', { count: 2, mean: 0.3, deviation: 0 }, 2)).toBe('0.300 ± 0');
    expect(spreadText('density', { count: 2, mean: 0.1, deviation: 0.01 }, 2)).toBe('0.100');
    expect(spreadText('loss', { count: 1, mean: 0.3, deviation: undefined }, 1)).toBe('0.300');
    expect(spreadText('loss', undefined, 2)).toBe('');
    expect(spreadText('loss', { count: 1, mean: 0.3, deviation: undefined }, 3)).toBe('0.300 (n = 1)');
  });
});
