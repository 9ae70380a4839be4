import { describe, expect, it, vi } from 'vitest';

vi.mock('vscode', async () => (await import('../vscode-double')).vscodeDouble);

import { checkConfig } from '../../../../src/config/check';
import { hoverAt } from '../../../../src/host/language/hover-text';
import { lensesOf } from '../../../../src/host/language/lens-text';

const preset = `version: 1
model: { preset: mlp-7 }
sparsity:
  density: 0.1 # a tenth
`;

const layers = `version: 1
model:
  layers:
    - { name: fc1, linear: { in: 784, out: 32 } }
    - { activation: tanh }
    - { name: fc2, linear: { in: 32, out: 10 } }
sparsity: { density: 0.25, distribution: uniform }
`;

const hover = (text: string, at: string, inside = 1): { about: string; markdown: string } | undefined => {
  const found = hoverAt(checkConfig(text, 'yaml'), text.indexOf(at) + inside);
  return (
    found && {
      about: text.slice(found.range.start.offset, found.range.end.offset),
      markdown: found.markdown.replaceAll('&emsp;', ''),
    }
  );
};

describe('hovers', () => {
  it('tell what shared weights come to, by formula and source of the word they are on', () => {
    const shared = 'version: 1\nmodel: { preset: mlp-7 }\nsharing: { mapping: fold }\n';
    const { about, markdown } = hover(shared, 'fold')!;
    expect(about).toBe('fold');
    expect(markdown).toContain('`h(q) = (hash(floor(q / m)) + q) mod m`. Source: RANDOMFOLD');
    expect(markdown).toContain(
      '- 129,400 weights in 12,940 locations (compression 10, fold, global), and 610 parameters',
    );
  });

  it('explain a key: meaning, type, unit, default', () => {
    const { about, markdown } = hover(preset, 'density:')!;
    expect(about).toBe('density');
    expect(markdown).toContain('**sparsity.density**');
    expect(markdown).toContain('Share of weights kept');
    expect(markdown).toContain('number above 0 and at most 1');
    expect(markdown).toContain('Default: `0.1`');
  });

  it('tell what a density comes to, layer by layer and in all', () => {
    const { markdown } = hover(preset, 'density:')!;
    expect(markdown).toContain('| fc1 | 100 × 784 | 0.0732 | 5,736 / 78,400 | 78,500 |');
    expect(markdown).toContain('| **total** |  | 0.1 | 12,940 / 129,400 | 130,010 |');
    expect(hover(preset, 'mlp-7')!.markdown).toContain('| fc7 | 10 × 100 | 0.714 | 714 / 1,000 | 1,010 |');
  });

  it('tell what a step takes, by kept weights alone and else', () => {
    const said = (backend: string, density: number): string =>
      hover(
        `version: 1\nmodel: { preset: mlp, depth: 20, width: 512 }\nsparsity: { density: ${density} }\ncompute: { backend: ${backend} }\ntrain: { batchSize: 64 }\n`,
        'batchSize',
      )!.markdown;
    expect(said('auto', 0.05)).toContain(
      'A step takes about 11 MiB where kept weights alone are computed, as on a processor, else about 133 MiB.',
    );
    expect(said('sparse', 0.05)).toContain('A step takes about 11 MiB.');
    expect(said('wasm', 0.05)).toContain('A step takes about 133 MiB.');
    expect(said('auto', 0.9)).toMatch(/A step takes about \d+ MiB\./);
  });

  it('tell what a layer within a residual comes to, and both layers of attention', () => {
    const graph = `version: 1
model:
  layers:
    - { name: patch, conv: { in: 1, out: 16, kernel: 4, stride: 4 } }
    - { reshape: tokens }
    - residual:
        - { name: att, attention: { size: 16, heads: 2 } }
        - { name: up, linear: { in: 16, out: 16 } }
    - { reshape: mean }
    - { name: fc, linear: { in: 16, out: 10 } }
sparsity: { density: 0.25, distribution: uniform }
`;
    expect(hover(graph, 'linear')!.markdown).toContain('| up | 16 × 16 | 0.25 | 64 / 256 | 272 |');
    const { markdown } = hover(graph, 'attention')!;
    expect(markdown).toContain('| att-input | 48 × 16 | 0.25 | 192 / 768 | 816 |');
    expect(markdown).toContain('| att-output | 16 × 16 |');
    expect(markdown).not.toContain('| up |');
    expect(hover(graph, 'residual')!.markdown).not.toContain('| att-input |');
  });

  it('give formula and source of the method that a word names', () => {
    const config = `${preset}  distribution: snip\n  init: eoi\n  gain: { weight: critical }\n  update: { method: rigl }\n`;
    expect(hover(config, 'snip')!.markdown).toMatch(
      /^\*\*sparsity\.distribution\*\*: `snip`\n\nConnection.*`s = \|w dL\/dw\|`\. Source: Lee, Ajanthan, Torr/,
    );
    expect(hover(config, 'eoi')!.markdown).toMatch(/G\(i_t, j_t, a_t\).*arXiv 2406\.01755/);
    expect(hover(config, 'critical')!.markdown).toMatch(/chi_1 = .* = 1`/);
    expect(hover(config, 'rigl')!.markdown).toMatch(/largest \|dL\/dw\|`\. Source: Evci/);
  });

  it('tell the shape of a convolution, and who decides what a file of masks keeps', () => {
    const conv = `version: 1
model:
  layers:
    - { name: conv1, conv: { in: 1, out: 16, kernel: [3, 5], groups: 1 } }
    - { name: fc1, linear: { in: 12544, out: 10 } }
`;
    expect(hover(conv, 'conv1')!.markdown).toContain('| conv1 | 16 × 1 × 3 × 5 |');
    const file = `${preset}  eoi: { pattern: { file: wanted.safetensors } }\n`;
    expect(hover(file, 'density:')!.markdown).toContain(
      '| fc1 | 100 × 784 | by the pattern | by the pattern / 78,400 |',
    );
  });

  it('tell what a layer comes to, anywhere in its entry', () => {
    for (const place of ['name: fc1', 'fc1', 'in: 784', '784']) {
      const { markdown } = hover(layers, place)!;
      expect(markdown).toContain('| fc1 | 32 × 784 | 0.25 | 6,272 / 25,088 | 25,120 |');
      expect(markdown).not.toContain('fc2');
    }
    expect(hover(layers, 'activation: tanh')!.markdown).not.toContain('fc1');
  });

  it('stay short for long networks', () => {
    const middle = Array.from({ length: 500 }, (_, i) => `    - { name: h${i}, linear: { in: 10, out: 10 } }\n`).join(
      '',
    );
    const text = `version: 1\nmodel:\n  layers:\n    - { name: first, linear: { in: 784, out: 10 } }\n${middle}sparsity: { density: 0.5 }\n`;
    const { markdown } = hover(text, 'density')!;
    expect(markdown.split('\n').length).toBeLessThan(25);
    expect(markdown).toContain('… 490 more');
    expect(markdown).toContain('h499');
    expect(markdown).toContain('**total**');
  });

  it('explain keys in a config with mistakes, without a table', () => {
    const { markdown } = hover(preset.replace('mlp-7', 'mlp-8'), 'density:')!;
    expect(markdown).toContain('**sparsity.density**');
    expect(markdown).not.toContain('|');
  });

  it('say nothing between keys, in comments and of unknown keys', () => {
    expect(hover(preset, 'a tenth')).toBeUndefined();
    expect(hover(preset, '  density', 0)).toBeUndefined();
    expect(hover('version: 1\nbanana: 1\n', 'banana')).toBeUndefined();
    expect(hover('', '', 0)).toBeUndefined();
  });
});

describe('lenses', () => {
  it('stand above what is shared, too', () => {
    const text = `${preset.split('sparsity')[0]}sharing: { compression: 10 }\n`;
    const own = lensesOf(checkConfig(text, 'yaml')).filter(({ action }) => action === 'sharing');
    expect(own).toEqual([
      {
        title: '$(pulse) Diagnose Sharing',
        action: 'sharing',
        line: text.split('\n').indexOf('sharing: { compression: 10 }'),
      },
    ]);
    expect(lensesOf(checkConfig(preset, 'yaml')).some(({ action }) => action === 'sharing')).toBe(false);
  });

  it('offer to run, and say what is kept', () => {
    expect(lensesOf(checkConfig(preset, 'yaml'))).toEqual([
      { title: '$(play) Run Config', action: 'run' },
      { title: '$(checklist) 129,400 weights · 12,940 kept (10 %)', action: 'layers' },
    ]);
  });

  it('offer to look at the data, at the line of its key, also in JSON, in a sweep and beside a mistake', () => {
    const data = (text: string, format: 'yaml' | 'json' = 'yaml') =>
      lensesOf(checkConfig(text, format)).filter(({ action }) => action === 'data');
    const at = (line: number) => [{ title: '$(open-preview) Preview Data', action: 'data', line }];
    expect(data(`${preset}data:\n  source: mnist\n  path: ./data\n`)).toEqual(at(4));
    expect(data(`${preset}data: { sauce: mnist }\nsweep: { seed: [1, 2] }\n`)).toEqual(at(4));
    expect(data('{ "version": 1,\n"model": { "preset": "mlp-7" },\n\n "data": {} }', 'json')).toEqual(at(3));
    // Nothing to point at.
    expect(data(preset)).toEqual([]);
    expect(data(`${preset}probes: { spectra: { data: 1 } }\n`)).toEqual([]);
  });

  it('offer to sweep a grid', () => {
    expect(lensesOf(checkConfig(`${preset}sweep: { seed: [1, 2, 3] }\n`, 'yaml'))).toEqual([
      { title: '$(run-all) Sweep Config: 3 trials', action: 'sweep' },
    ]);
  });

  it('count the problems instead when there are some', () => {
    expect(lensesOf(checkConfig('version: 1\nsed: 1\nnam: x\n', 'yaml'))[1]).toEqual({
      title: '$(error) 2 problems',
      action: 'problems',
    });
    expect(lensesOf(checkConfig('', 'yaml'))[1].title).toBe('$(error) 1 problem');
  });
});
