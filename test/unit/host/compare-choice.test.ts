import { describe, expect, it } from 'vitest';
import type { CompareMethod } from '../../../src/protocol/compare';
import { offeredMethods, parseMethods } from '../../../src/host/compare-choice';
import { parseCompareState } from '../../../src/host/views/compare-state';

const own: CompareMethod = { distribution: 'erk', init: 'eoi' };
const picked = (last?: CompareMethod[], of = own): string[] =>
  offeredMethods(of, last)
    .filter((method) => method.picked)
    .map(({ init, distribution }) => `${init} ${distribution}`);

describe('the methods offered', () => {
  it("begin with the config's own, marked, and offer each once", () => {
    const offered = offeredMethods(own, undefined);
    expect(offered[0]).toEqual({ ...own, own: true, picked: true });
    expect(offered.filter((method) => method.own)).toHaveLength(1);
    expect(new Set(offered.map(({ init, distribution }) => `${init} ${distribution}`)).size).toBe(offered.length);
    expect(offered).toHaveLength(40);
    expect(offeredMethods(own, undefined, true).filter(({ init }) => init === 'eis')).toHaveLength(10);
  });

  it('are base, AI and EOI at first, with the own one whatever it is', () => {
    expect(picked()).toEqual(['eoi erk', 'base erk', 'ai erk']);
    expect(picked(undefined, { distribution: 'snip', init: 'sao' })).toEqual([
      'sao snip',
      'base snip',
      'ai snip',
      'eoi snip',
    ]);
  });

  it('are those chosen last, unless none of them is offered', () => {
    expect(picked([{ distribution: 'uniform', init: 'sao' }])).toEqual(['eoi erk', 'sao uniform']);
    expect(picked([{ distribution: 'snip', init: 'eis' }])).toEqual(picked());
  });
});

describe('what was kept', () => {
  it('is taken only as far as it is a list of methods', () => {
    expect(parseMethods([own, { init: 3 }, null, { distribution: 'gone', init: 'eoi' }])).toEqual([own]);
    for (const bad of [undefined, 'eoi', [], [null]]) expect(parseMethods(bad)).toBeUndefined();
  });

  it('needs a config and methods; a comparison of another form is left out', () => {
    const state = { configPath: '/a.sparse.yaml', methods: [own], layer: 'fc1' };
    const method = { ...own, layers: [], nonZeros: 0, weights: 1, milliseconds: 0 };
    const comparison = { config: 'a', methods: [method] };
    expect(parseCompareState({ ...state, comparison })).toEqual({ ...state, comparison });
    expect(
      parseCompareState({ ...state, comparison: { config: 'a', methods: [{ ...method, layers: [{}] }] } }),
    ).toEqual(state);
    const cancelled = { ...comparison, notDrawn: [own] };
    expect(parseCompareState({ ...state, comparison: cancelled })).toEqual({ ...state, comparison: cancelled });
    expect(parseCompareState({ ...state, comparison: { ...comparison, notDrawn: [own, 3] } })).toEqual(state);
    expect(parseCompareState({ ...state, methods: [] })).toBeUndefined();
    expect(parseCompareState({ ...state, configPath: '' })).toBeUndefined();
  });
});
