/** docs/networks.md says what is so: its example is a config, its counts are those of the plan, its kinds are all there are. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../../src/config/check';
import { presetNames } from '../../../src/core/presets';
import { everyLayer } from '../../../src/core/network';
import type { Layer } from '../../../src/core/network';
import { layer } from '../../../src/config/schema-layers';

const page = readFileSync(join(import.meta.dirname, '../../../docs/networks.md'), 'utf8');

describe('docs/networks.md', () => {
  it('has an example without an issue, with a layer of every kind', () => {
    const example = /```yaml\n([^`]*)```/.exec(page)![1];
    const { issues, plan } = checkConfig(example, 'yaml');
    expect(issues).toEqual([]);
    const kinds = new Set([...everyLayer(plan!.network.layers)].map(({ kind }) => kind));
    const all: Layer['kind'][] = ['linear', 'conv', 'activation', 'norm', 'pool', 'mean', 'tokens', 'position'];
    for (const kind of [...all, 'attention', 'squeeze-excite', 'residual'] as const) expect(kinds).toContain(kind);
  });

  it('has an example of an embedding, right for numbers of that shape', () => {
    const text = /```yaml\n([^`]*embedding[^`]*)```/.exec(page)![1];
    const { config } = checkConfig(text, 'yaml');
    const facts = { inputs: 20, classes: 4, examples: 500, tests: 0, whole: true } as const;
    const { issues, plan } = checkConfig(text, 'yaml', { looked: [{ data: config!.data, facts }] });
    expect(issues).toEqual([]);
    expect(plan!.network.layers[0].kind).toBe('embedding');
  });

  it.each(presetNames)('has a row for %s with the count that a run of cifar-10 has, where it states one', (name) => {
    const row = new RegExp(`^\\| \`${name}\` .*$`, 'm').exec(page)![0];
    const plain = /\| ([\d,]+) +\|$/.exec(row);
    if (!plain) return;
    const text = `version: 1\nmodel: { preset: ${name} }\ndata: { source: cifar-10, path: ./data }\n`;
    expect(checkConfig(text, 'yaml').plan!.weights.toLocaleString('en')).toBe(plain[1]);
  });

  it('names every kind of entry', () => {
    const words = layer.of.flatMap(({ keys }) => Object.keys(keys).filter((key) => key !== 'name'));
    for (const word of words) expect(page).toMatch(new RegExp(`^\\| \`\\{.*\\b${word}: `, 'm'));
  });
});
