import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchLayers } from '../../../../src/core/density/match-layers';

const names = ['conv1', 'block.0.conv', 'fc1', 'fc2'];

describe('matchLayers', () => {
  it('finds names by * and exactly', () => {
    const { matched, unmatched } = matchLayers({ 'conv*': 0.5, '*conv': 0.2, fc2: 1 }, names);
    expect([...matched]).toEqual([
      ['conv1', 0.5],
      ['block.0.conv', 0.2],
      ['fc2', 1],
    ]);
    expect(unmatched).toEqual([]);
  });

  it('lets the more exact pattern win, in whatever order they stand', () => {
    for (const patterns of [
      { 'fc*': 0.1, fc1: 0.9, '*': 0.3 },
      { '*': 0.3, fc1: 0.9, 'fc*': 0.1 },
    ]) {
      const { matched } = matchLayers(patterns, names);
      expect([...matched.values()]).toEqual([0.3, 0.3, 0.9, 0.1]);
    }
  });

  it('reports what fits nothing, and takes no other character for a wildcard', () => {
    expect(matchLayers({ 'block.0.*': 0.1, 'block?0*': 0.2, 'fc.': 0.3, head: 1 }, names)).toEqual({
      matched: new Map([['block.0.conv', 0.1]]),
      unmatched: ['block?0*', 'fc.', 'head'],
    });
  });

  it('does not call a pattern unmatched that a better one overrules', () => {
    expect(matchLayers({ 'fc*': 0.1, fc1: 0.2, fc2: 0.2 }, names).unmatched).toEqual([]);
  });

  it('fits as by the definition, whatever stands between and around the stars', () => {
    // By recursion: a star stands for nothing, or for one character and a star.
    const by = (pattern: string, name: string): boolean => {
      if (pattern === '') return name === '';
      if (pattern[0] === '*') return by(pattern.slice(1), name) || (name !== '' && by(pattern, name.slice(1)));
      return name !== '' && pattern[0] === name[0] && by(pattern.slice(1), name.slice(1));
    };
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '.'), maxLength: 7 });
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 8 });
    fc.assert(
      fc.property(pattern, name, (text, of) => {
        expect(matchLayers({ [text]: 0.5 }, [of]).unmatched).toEqual(by(text, of) ? [] : [text]);
      }),
      { seed: 1, numRuns: 1000 },
    );
  });

  it('ends soon for many stars', () => {
    const text = `${'*a'.repeat(50)}*b`;
    // Each star more would make backtracking ten times as long: 50 of them, far longer than any test may take.
    expect(matchLayers({ [text]: 0.5 }, ['a'.repeat(10_000)]).unmatched).toEqual([text]);
    expect(matchLayers({ [text]: 0.5 }, [`${'a'.repeat(10_000)}b`]).unmatched).toEqual([]);
  });
});
