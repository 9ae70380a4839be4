import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../../src/config/check';
import { nearest } from '../../../src/config/suggest';

const inits = ['base', 'ai', 'sao', 'eoi', 'eis'];

describe('the word that was meant', () => {
  it.each([
    // One swap or one other letter, both at distance 1: the swap.
    ['eio', inits, 'eoi'],
    ['EIO', inits, 'eoi'],
    ['esi', inits, 'eis'],
    ['aso', inits, 'sao'],
    ['form', ['fork', 'from'], 'from'],
    // Nearer is still nearer, whatever the letters.
    ['abcdef', ['fedcba', 'abcdeg'], 'abcdeg'],
    // Other letters, both as far: by the alphabet.
    ['eoo', ['eox', 'eoi'], 'eoi'],
    ['Kaiming_Normal', ['kaiming-normal', 'xavier-normal'], 'kaiming-normal'],
    ['densty', ['distribution', 'density'], 'density'],
    ['xyz', inits, undefined],
    // A swap of two is near, one letter for another, or one too few, is not.
    ['ia', inits, 'ai'],
    ['a', inits, undefined],
    ['ax', inits, undefined],
    ['', inits, undefined],
  ])('%j among %j is %j', (word, candidates, meant) => {
    expect(nearest(word, candidates)).toBe(meant);
    expect(nearest(word, [...candidates].reverse())).toBe(meant);
  });

  it('is not looked for where one letter is another word of some tool', () => {
    for (const text of ['x: 1\n', 'sparsity: { x: 1 }\n', 'sparsity: { a: 1 }\n']) {
      const { issues } = checkConfig(`version: 1\nmodel: { preset: mlp-7 }\n${text}`, 'yaml');
      expect(issues).toEqual([expect.objectContaining({ message: expect.stringContaining('It takes: ') as string })]);
      expect(issues[0]).not.toHaveProperty('suggestion');
    }
  });

  it('is what a config is told', () => {
    const { issues } = checkConfig('version: 1\nmodel: { preset: mlp-7 }\nsparsity: { init: eio }\n', 'yaml');
    expect(issues).toMatchObject([{ code: 'config.not-one-of', suggestion: { text: 'eoi' } }]);
  });
});
