import { describe, expect, it } from 'vitest';
import type { CompareMethod } from '../../../src/protocol/compare';
import { methodName } from '../../../src/protocol/words';
import { parseConfig } from '../../../src/config/parse';
import { offeredMethods, parseMethods } from '../../../src/host/compare-choice';
import type { OfferedMethod } from '../../../src/host/compare-choice';
import { parseCompareState } from '../../../src/host/views/compare-state';

const own: CompareMethod = { distribution: 'erk', init: 'eoi' };

/** `keys`: of `sparsity`, as written in braces. */
const offered = (keys = '', last?: CompareMethod[], convolutional = false): OfferedMethod[] => {
  const { config, issues } = parseConfig(`{ version: 1, model: { preset: mlp-7 }, sparsity: { ${keys} } }`, 'yaml');
  if (!config) throw new Error(JSON.stringify(issues));
  return offeredMethods(config.sparsity, last, convolutional);
};
const names = (methods: readonly CompareMethod[]): string[] => methods.map(methodName);
const picked = (last?: CompareMethod[], keys = ''): string[] =>
  names(offered(keys, last).filter((method) => method.picked));
const ofGroup = (group: OfferedMethod['group'], keys = '', convolutional = false): string[] =>
  names(offered(keys, undefined, convolutional).filter((method) => method.group === group));

describe('the methods offered', () => {
  it("begin with the config's own, marked, and offer each once, group by group", () => {
    for (const keys of ['', 'init: base, base: kaiming-normal', 'init: eoi, eoi: { pattern: { nm: [2, 4] } }']) {
      const all = offered(keys);
      expect(all[0]).toMatchObject({ own: true, picked: true });
      expect(all.filter((method) => method.own)).toHaveLength(1);
      expect(new Set(names(all)).size).toBe(all.length);
      const groups = all.map(({ group }) => group).filter((group, i, list) => group !== list[i - 1]);
      expect(new Set(groups).size).toBe(groups.length);
    }
    expect(offered().filter(({ group }) => group !== 'bases')).toHaveLength(40);
    expect(offered('', undefined, true).filter(({ init }) => init === 'eis')).toHaveLength(10);
  });

  it('are base, AI and EOI at first, with the own one whatever it is', () => {
    expect(picked()).toEqual(['eoi · erk', 'base · erk', 'ai · erk']);
    expect(picked(undefined, 'distribution: snip, init: sao')).toEqual([
      'sao · snip',
      'base · snip',
      'ai · snip',
      'eoi · snip',
    ]);
  });

  it('are those chosen last, unless none of them is offered', () => {
    expect(picked([{ distribution: 'uniform', init: 'sao' }])).toEqual(['eoi · erk', 'sao · uniform']);
    expect(picked([{ distribution: 'snip', init: 'eis' }])).toEqual(picked());
    expect(picked([{ distribution: 'erk', init: 'eoi', guided: true }])).toEqual(picked());
  });

  it('have the other dense initialisations, those of a variance with either fan', () => {
    const normals = ['kaiming-normal', 'xavier-normal', 'lecun-normal'].flatMap((base) => [
      `base (${base}) · erk`,
      `base (${base}, sparse fan) · erk`,
    ]);
    expect(ofGroup('bases')).toEqual(normals);
    expect(ofGroup('bases', '', true)).toEqual([
      ...normals,
      'base (delta-orthogonal) · erk',
      'base (conv-orthogonal) · erk',
    ]);
    // The config's own is there without being named; its other fan is not.
    expect(ofGroup('bases', 'base: kaiming-normal, fan: sparse')).toEqual([
      'base (orthogonal) · erk',
      'base (kaiming-normal) · erk',
      ...normals.slice(2),
    ]);
  });

  it('are rotations with and without the pattern, where the config has one', () => {
    const keys = 'init: eoi, eoi: { pattern: { nm: [2, 4] } }';
    expect(ofGroup('pattern', keys)).toEqual(['eoi (guided)']);
    expect(ofGroup('pattern', keys, true)).toEqual(['eoi (guided)', 'eis (guided)']);
    expect(picked(undefined, keys)).toEqual(['eoi (guided)', 'base · erk', 'ai · erk', 'eoi (plain) · erk']);
    expect(ofGroup('uniform', keys)).toEqual([
      'base · uniform',
      'ai · uniform',
      'sao · uniform',
      'eoi (plain) · uniform',
    ]);
    expect(ofGroup('pattern', keys.replace('init: eoi', 'init: ai'))).toEqual(['eoi (guided)']);
    // Nothing is led by a pattern while all weights are there.
    expect(ofGroup('pattern', `${keys}, update: { method: one-shot }`)).toEqual([]);
  });
});

describe('what was kept', () => {
  it('is taken only as far as it is a list of methods', () => {
    expect(parseMethods([own, { init: 3 }, null, { distribution: 'gone', init: 'eoi' }])).toEqual([own]);
    const whole = { ...own, base: 'kaiming-normal', fan: 'sparse', guided: false };
    expect(parseMethods([{ ...whole, own: true }])).toEqual([whole]);
    for (const odd of [{ base: 'gone' }, { fan: 1 }, { guided: 'yes' }, { base: 'toString' }])
      expect(parseMethods([{ ...own, ...odd }])).toBeUndefined();
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
