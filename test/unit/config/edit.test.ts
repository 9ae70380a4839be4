import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configEdit, keyEdits } from '../../../src/config/edit';
import type { KeyEdit } from '../../../src/config/edit';
import type { ConfigFormat } from '../../../src/config/format';
import { jsonTree } from '../../../src/config/json-tree';
import { plainValue } from '../../../src/config/tree';
import { yamlTree } from '../../../src/config/yaml-tree';

const apply = (text: string, edits: readonly KeyEdit[], format: ConfigFormat = 'yaml'): string | undefined => {
  const edit = configEdit(text, format, edits);
  return edit && text.slice(0, edit.span.start) + edit.text + text.slice(edit.span.end);
};

const block = `version: 1 # first
model: { preset: mlp-7 }
sharing:
  method: roast # as published
  # comment within
  initStd: 0.01

# comment before
train:
  optimizer: { learningRate: 0.1 }
`;

it('of what is suggested, takes out what is there, and does nothing where another key is written', () => {
  const suggested = [
    { path: 'sharing.method', value: 'stable-rps' },
    { path: 'sharing.initStd', value: null },
    { path: 'sharing.compat', value: null },
    { path: 'sharing.tile', value: null, unless: 'sharing.mapping' },
    { path: 'sharing.mapping', value: 'fold', unless: 'sharing.chunk' },
  ];
  const left = (...written: string[]): KeyEdit[] => keyEdits(suggested, (path) => written.includes(path));
  const [method, initStd] = [{ path: 'sharing.method', value: 'stable-rps' }, { path: 'sharing.initStd' }];
  const mapping = { path: 'sharing.mapping', value: 'fold' };
  expect(left('sharing.initStd', 'sharing.tile')).toEqual([method, initStd, { path: 'sharing.tile' }, mapping]);
  expect(left('sharing.tile', 'sharing.mapping', 'sharing.chunk')).toEqual([method]);
});

describe('an edit of a config', () => {
  it('replaces a value and leaves what is beside it', () => {
    expect(apply(block, [{ path: 'sharing.method', value: 'stable-rps' }])).toBe(
      block.replace('method: roast #', 'method: stable-rps #'),
    );
  });

  it('takes out a line, and the text between the edited places is one edit', () => {
    const edits = [{ path: 'sharing.method', value: 'stable-rps' }, { path: 'sharing.initStd' }];
    expect(apply(block, edits)).toBe(block.replace('roast #', 'stable-rps #').replace('  initStd: 0.01\n', ''));
  });

  it('adds a key after the last of its section', () => {
    expect(apply(block, [{ path: 'sharing.mapping', value: 'fold' }])).toBe(
      block.replace('  initStd: 0.01\n', '  initStd: 0.01\n  mapping: fold\n'),
    );
    expect(apply(block, [{ path: 'train.optimizer.name', value: 'adam' }])).toBe(
      block.replace('learningRate: 0.1 }', 'learningRate: 0.1, name: adam }'),
    );
  });

  it('adds a section where there is none, or an empty one', () => {
    expect(apply('version: 1\n', [{ path: 'train.optimizer.learningRate', value: 0.5 }])).toBe(
      'version: 1\ntrain: { optimizer: { learningRate: 0.5 } }\n',
    );
    expect(apply('version: 1\nsharing: # nothing yet\n', [{ path: 'sharing.compression', value: 4 }])).toBe(
      'version: 1\nsharing: # nothing yet\n  compression: 4\n',
    );
    expect(apply('{ version: 1, sharing: {} }', [{ path: 'sharing.compression', value: 4 }])).toBe(
      '{ version: 1, sharing: { compression: 4 } }',
    );
  });

  it('takes out the first, the last and the only key between braces', () => {
    const text = 'sharing: { method: roast, tile: [8, 8], initStd: 0.1 }\n';
    expect(apply(text, [{ path: 'sharing.method' }])).toBe('sharing: { tile: [8, 8], initStd: 0.1 }\n');
    expect(apply(text, [{ path: 'sharing.initStd' }])).toBe('sharing: { method: roast, tile: [8, 8] }\n');
    expect(apply('sharing: { initStd: 0.1 }\n', [{ path: 'sharing.initStd' }])).toBe('sharing: {}\n');
  });

  it('writes JSON in JSON', () => {
    const text = '{\n  "sharing": {\n    "method": "roast"\n  }\n}\n';
    const after = apply(text, [{ path: 'sharing.scaler', value: 'theory' }, { path: 'sharing.method' }], 'json')!;
    expect(JSON.parse(after)).toEqual({ sharing: { scaler: 'theory' } });
  });

  it('is none where the text does not parse, the key is not there, or a list is missing', () => {
    expect(configEdit('version: 1\nmodel: {\n', 'yaml', [{ path: 'seed', value: 1 }])).toBeUndefined();
    expect(configEdit('version: 1\n', 'yaml', [{ path: 'seed' }])).toBeUndefined();
    expect(configEdit('version: 1\n', 'yaml', [{ path: 'model.layers[0].linear.out', value: 3 }])).toBeUndefined();
  });

  it('changes the values of its keys and no other, in any layout', () => {
    const value = fc.oneof(fc.integer({ min: 0, max: 99 }), fc.constantFrom('fold', 'v1', 'x y', 'true'), fc.boolean());
    const scalars = fc.dictionary(fc.constantFrom('a', 'b', 'c'), value, { noNullPrototype: true });
    const tree = fc.dictionary(fc.constantFrom('s', 't', 'u'), scalars, { minKeys: 1, noNullPrototype: true });
    const edits = fc.array(
      fc.record({ path: fc.constantFrom('s.a', 's.b', 't.c', 'v'), value: fc.option(value, { nil: undefined }) }),
      { minLength: 1, maxLength: 3 },
    );
    const layout = fc.constantFrom('block', 'flow', 'json');
    fc.assert(
      fc.property(tree, edits, layout, (config, wanted, how) => {
        const text = how === 'block' ? blockText(config) : JSON.stringify(config, null, how === 'json' ? 2 : 0);
        const format = how === 'json' ? 'json' : 'yaml';
        const after = apply(
          text,
          wanted.map(({ path, value: to }) => ({ path, ...(to !== undefined && { value: to }) })),
          format,
        );
        if (after === undefined) return wanted.some(({ value: to }) => to === undefined);
        const { root, problems } = format === 'json' ? jsonTree(after) : yamlTree(after);
        expect(problems).toEqual([]);
        const expected: Record<string, unknown> = structuredClone(config);
        for (const { path, value: to } of wanted) put(expected, path.split('.'), to);
        expect(JSON.parse(JSON.stringify(plainValue(root!)), emptied)).toEqual(expected);
        return true;
      }),
    );
  });
});

/** What a section without keys is called differs by layout. */
const emptied = (_: string, value: unknown): unknown => (value === null ? {} : value);

const blockText = (config: Record<string, Record<string, unknown>>): string =>
  Object.entries(config)
    .map(([key, inner]) => {
      const lines = Object.entries(inner).map(([name, value]) => `  ${name}: ${JSON.stringify(value)} # why`);
      return [`${key}: # of ${key}`, ...lines, ''].join('\n');
    })
    .join('\n');

function put(config: Record<string, unknown>, [key, ...rest]: string[], value: unknown): void {
  if (rest.length > 0) {
    config[key] ??= {};
    put(config[key] as Record<string, unknown>, rest, value);
  } else if (value === undefined) Reflect.deleteProperty(config, key);
  else config[key] = value;
}
