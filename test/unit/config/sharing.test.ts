/** The section `sharing`: what is not written follows from the method, and the plan is the memory with its layers. */
import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../../src/config/check';
import type { CheckedConfig } from '../../../src/config/checked';
import { sharingTexts } from '../../../src/config/sharing-words';
import { settingsOf } from '../../../src/config/settings';
import { gammaOf } from '../../../src/core/rps/location-sums';

const head = 'version: 1\nmodel: { preset: mlp-7 }\n';
const check = (sharing: string, rest = ''): CheckedConfig => checkConfig(`${head}sharing: ${sharing}\n${rest}`, 'yaml');
const codes = ({ issues }: CheckedConfig): string[] => issues.map(({ code }) => code);

const planOf = (sharing: string, rest = '') => {
  const { plan, issues } = check(sharing, rest);
  if (!plan?.sharing) throw new Error(issues.map(({ message }) => message).join('\n'));
  return plan.sharing;
};

describe('sharing', () => {
  it.each([
    ['{}', 'stable-rps', 'global', 'fold', 'theory', undefined],
    ['{ method: roast, initStd: 0.3 }', 'roast', 'global', 'roast', 'none', 0.3],
    ['{ method: hashednet, initStd: 0.3 }', 'hashednet', 'local', 'hashednet', 'none', 0.3],
    ['{ method: roast, mapping: fold, scope: local, scaler: v1, initStd: 0.3 }', 'roast', 'local', 'fold', 'v1', 0.3],
  ])('%s', (text, method, scope, mapping, scaler, initStd) => {
    const { sharing, sparsity } = check(text).config!;
    expect(sharing).toMatchObject({ method, scope, mapping, scaler, compression: 10, base: 'kaiming-normal' });
    expect(sharing?.initStd).toBe(initStd);
    expect(sparsity).toMatchObject({ density: 1, init: 'base', base: 'kaiming-normal', distribution: 'uniform' });
  });

  it('takes the place of sparsity, also where runs are compared by their keys', () => {
    const { config } = check('{}');
    const keys = Object.keys(settingsOf(config!));
    expect(keys).toContain('sharing.include.minSize');
    expect(keys.filter((key) => key.startsWith('sparsity'))).toEqual([]);
    expect(codes(check('{}', 'sparsity: { density: 0.1 }\n'))).toEqual(['config.sharing-and-sparsity']);
  });

  it('plans the memory: floor(n / compression) locations, every parameter once', () => {
    const { n, m, dense, layers, bytes } = planOf('{ compression: 10 }');
    expect([n, m]).toEqual([129_400, 12_940]);
    expect(dense).toBe(610);
    expect(layers.map(({ name, offset }) => [name, offset]).slice(0, 2)).toEqual([
      ['fc1', 0],
      ['fc2', 78_400],
    ]);
    expect(bytes).toMatchObject({ memory: 4 * m, optimizer: 4 * (m + dense), dense: 4 * dense, weights: 4 * n });
  });

  it('says what the mapping takes at most, or that it takes nothing', () => {
    const said = (text: string): string => sharingTexts(planOf(text))[1];
    expect(said('{}')).toMatch(/ for the optimizer, at most [\d.]+ B for the mapping, and /);
    expect(said('{ method: roast, initStd: 0.3 }')).toContain(' for the optimizer, nothing for the mapping, and ');
  });

  it('knows the deviation of each layer, and the scale of the memory at which Gamma is 1 on average', () => {
    const { layers, neutral, m } = planOf('{ compression: 10, gain: { weight: 2 } }');
    expect(layers[0].deviation).toBeCloseTo(2 * Math.sqrt(2 / 784), 12);
    const gamma = layers.reduce((sum, { weights, deviation }) => sum + weights * (deviation / neutral) ** 2, 0) / m;
    expect(gamma).toBeCloseTo(1, 12);
  });

  it('shares the layers that are named and large enough', () => {
    expect(planOf('{ include: { names: [fc1, "fc7*"] } }').layers.map(({ name }) => name)).toEqual(['fc1', 'fc7']);
    // Whatever the order of the names, the memory is laid out in that of the network.
    for (const names of ['[fc7, fc1]', '["fc7*", "*c1"]'])
      expect(planOf(`{ include: { names: ${names} } }`)).toEqual(planOf('{ include: { names: [fc1, fc7] } }'));
    expect(planOf('{ include: { minSize: 10000 } }').layers).toHaveLength(6);
    expect(planOf('{ include: { minSize: 10000 } }').dense).toBe(610 + 1000);
  });

  it('shares embeddings too, but not what is dense', () => {
    const text = `version: 1
model:
  layers:
    - { name: words, embedding: { size: 50, width: 8 } }
    - { name: fc1, linear: { in: 8, out: 8, dense: true } }
    - { reshape: mean }
    - { name: fc2, linear: { in: 8, out: 10 } }
data: { source: npy, path: ./data, files: { inputs: x.npy, labels: y.npy } }
sharing: {}
`;
    const facts = { inputs: 6, classes: 10, examples: 1000, tests: 0, whole: true as const };
    const { config } = checkConfig(text, 'yaml');
    const looked = [{ data: config!.data, facts }];
    const { plan, issues } = checkConfig(text, 'yaml', { looked });
    expect(issues).toEqual([]);
    expect(plan?.sharing?.layers.map(({ name, deviation }) => [name, deviation])).toEqual([
      ['words', 1],
      ['fc2', Math.sqrt(2 / 8)],
    ]);
  });

  it('places the same weights by another seed elsewhere', () => {
    expect(planOf('{}').spec.seed).toBe(planOf('{}').spec.seed);
    expect(planOf('{}', 'seed: 2\n').spec.seed).not.toBe(planOf('{}').spec.seed);
  });

  it.each([
    ['{ compression: 0.5 }', 'config.out-of-range', '2'],
    ['{ compression: 0 }', 'config.out-of-range', '1'],
    ['{ compression: 200000 }', 'config.compression-too-high', '129400'],
    ['{ scope: local, compression: 200000 }', 'config.compression-too-high', '129400'],
    ['{ compression: 129401 }', 'config.compression-too-high', '129400'],
    ['{ compression: 1e12 }', 'config.compression-too-high', '129400'],
    ['{ compression: 1e300 }', 'config.compression-too-high', '129400'],
    ['{ mapping: roast, compression: 1e12 }', 'config.tile-too-large', '126.3'],
    ['{ include: { minSize: 1e12 } }', 'config.nothing-shared', '78400'],
    ['{ mapping: roast, compression: 1000 }', 'config.tile-too-large', '126.3'],
    ['{ include: { minSize: 100000 } }', 'config.nothing-shared', '78400'],
    ['{ include: { names: [fx1] } }', 'config.no-such-layer', 'fc1'],
    ['{ mapping: pareto }', 'config.not-one-of', 'fold'],
    // In float32 such a memory is 0, and so are all weights.
    ['{ method: roast, scaler: theory, initStd: 1e-200 }', 'config.out-of-range', '1e-12'],
    ['{ method: roast, initStd: 0.3, scaler: v5 }', 'config.not-one-of', 'theory'],
  ])('%s is refused with what would work', (text, code, suggestion) => {
    const found = check(text);
    expect(codes(found)).toEqual([code]);
    expect(found.issues[0].suggestion?.text).toBe(suggestion);
    const { start, end } = found.issues[0].range;
    const written = `${head}sharing: ${text}\n`;
    const mended = written.slice(0, start.offset) + suggestion + written.slice(end.offset);
    expect(checkConfig(mended, 'yaml').issues.filter(({ severity }) => severity === 'error')).toEqual([]);
  });
});

it.each(['.inf', '-.inf', '.nan', 'ten'])('a compression of %s is no number', (compression) => {
  const found = check(`{ compression: ${compression} }`);
  expect(codes(found)).toEqual(['config.wrong-type']);
  expect(found.issues[0].message).toMatch(/; expected a number at least 1\.$/);
});

it('says how much of the memory no weight can reach, past the last place of aligned tiles', () => {
  const { m } = planOf('{ compression: 300 }');
  const found = check('{ method: roast, scaler: theory, aligned: true, tile: [8, 8], compression: 300, initStd: 0.3 }');
  const told = found.issues.find(({ code }) => code === 'config.memory-unused')?.message;
  expect(m % 64).toBeGreaterThan(0.1 * m);
  expect(told).toContain(`leaves about ${Number(((100 * (m % 64)) / m).toPrecision(2))} % of this memory`);
});

/** The text after the suggestion of that title. */
function mendedBy(title: string, text: string): string {
  const { issues } = checkConfig(text, 'yaml');
  const issue = issues.find(({ suggestion }) => suggestion?.title === title)!;
  const { range, text: put } = issue.suggestion!;
  const { start, end } = range ?? issue.range;
  return text.slice(0, start.offset) + put + text.slice(end.offset);
}

it.each([
  ['tile: [8, 8], aligned: true', 'roast'],
  ['tile: [8, 8], chunk: 4', 'roast'],
  ['chunk: 4', 'robe'],
])('mapping: fold takes %s of %s with it, which it has no use for', (keys, mapping) => {
  const text = `${head}sharing: { method: roast, scaler: theory, mapping: ${mapping}, compression: 1, ${keys} }\n`;
  const after = mendedBy('Use mapping: fold', text);
  expect(after).toBe(text.replace(`mapping: ${mapping}`, 'mapping: fold').replace(`, ${keys}`, ''));
  expect(checkConfig(after, 'yaml').issues).toEqual([]);
});

describe('a predicted failure', () => {
  const roast = (keys: string, train = ''): CheckedConfig =>
    check(`{ method: roast, mapping: fold, ${keys} }`, train && `train: { optimizer: ${train} }\n`);
  const predicted = (found: CheckedConfig): string[] => codes(found).filter((code) => code.endsWith('-predicted'));

  it('is told by the mean of Gamma, which is what the memory has', () => {
    const found = roast('initStd: 0.01');
    const { plan, issues } = found;
    const { layers, m } = plan!.sharing!;
    const gamma = gammaOf(
      plan!.sharing!,
      layers.map(({ deviation }) => deviation / 0.01),
    );
    const mean = gamma.reduce((sum, value) => sum + value, 0) / m;
    expect(predicted(found)).toEqual(['config.divergence-predicted']);
    expect(issues[0].message).toContain(` ${Number(mean.toPrecision(3))} times as far`);
    expect(issues[0].others).toHaveLength(2);
  });

  it.each([
    ['initStd: 0.3', ''],
    ['initStd: 0.01, scaler: theory', ''],
    ['initStd: 0.01, scaler: v1', ''],
    // The steps are as far as with 0.05 at the neutral scale.
    ['initStd: 0.01', '{ learningRate: 0.00005 }'],
    ['initStd: 0.01', '{ name: adam, learningRate: 0.001 }'],
    ['initStd: 0.0001, scaler: theory', '{ name: adam, learningRate: 0.001 }'],
  ])('is none with %s %s', (keys, train) => {
    expect(predicted(roast(keys, train))).toEqual([]);
  });

  it.each([
    ['method: roast, tile: [16, 16], aligned: true, compat: true, initStd: 0.0001', 'method: stable-rps'],
    [
      'method: roast, mapping: roast, tile: [16, 16], compat: true, initStd: 0.0001',
      'method: stable-rps, mapping: roast, tile: [16, 16]',
    ],
  ])('of %s is mended by method: stable-rps without a key that has no effect', (keys, mended) => {
    const text = `${head}sharing: { ${keys} }\n`;
    const after = mendedBy('Use method: stable-rps', text);
    expect(after).toBe(text.replace(keys, mended));
    expect(checkConfig(after, 'yaml').issues).toEqual([]);
  });

  it.each([
    ['initStd: 30', '', 'config.standstill-predicted'],
    ['initStd: 0.01, scaler: v3', '', 'config.divergence-predicted'],
    ['initStd: 0.0002', '{ name: adam, learningRate: 0.001 }', 'config.divergence-predicted'],
  ])('is one with %s %s', (keys, train, code) => {
    expect(predicted(roast(keys, train))).toEqual([code]);
  });
});
