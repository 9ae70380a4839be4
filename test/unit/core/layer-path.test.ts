import { describe, expect, it } from 'vitest';
import { pathTo, planDepths } from '../../../src/core/layer-path';
import { maskableLayers } from '../../../src/core/network';
import type { Layer, Network } from '../../../src/core/network';
import { presetLayers } from '../../../src/core/presets';

const linear = (name: string): Layer => ({ kind: 'linear', name, in: 4, out: 4 });
const tanh: Layer = { kind: 'activation', fn: 'tanh' };

const said = (layers: readonly Layer[] | undefined): string[] | undefined =>
  layers?.map((layer) => ('name' in layer ? layer.name : layer.kind));

describe('the path to a layer', () => {
  const attention = {
    kind: 'attention',
    heads: 1,
    input: { ...linear('in'), kind: 'linear', in: 4, out: 12 },
    output: linear('out'),
  } as Layer;
  const excite = { kind: 'squeeze-excite', reduce: linear('reduce'), expand: linear('expand') } as Layer;
  const layers: Layer[] = [
    linear('a'),
    {
      kind: 'residual',
      branch: [tanh, linear('b'), { kind: 'residual', branch: [linear('c')], shortcut: [] }],
      shortcut: [linear('d')],
    },
    attention,
    excite,
    linear('e'),
  ];

  it.each([
    ['a', ['a']],
    ['b', ['a', 'activation', 'b']],
    ['c', ['a', 'activation', 'b', 'c']],
    ['d', ['a', 'd']],
    ['in', ['a', 'residual', 'in']],
    ['out', ['a', 'residual', 'attention']],
    ['reduce', ['a', 'residual', 'attention', 'mean', 'reduce']],
    ['expand', ['a', 'residual', 'attention', 'mean', 'reduce', 'activation', 'expand']],
    ['e', ['a', 'residual', 'attention', 'squeeze-excite', 'e']],
    ['none', undefined],
  ])('%s', (name, expected) => {
    expect(said(pathTo(layers, name))).toEqual(expected);
  });
});

describe('what is looked at along depth', () => {
  const resnet = (side: number): Network => ({
    inputs: 3 * side * side,
    picture: [3, side, side],
    classes: 10,
    layers: presetLayers('resnet-20', { picture: [3, side, side], classes: 10 }, {}),
  });
  const limits = { steps: 12, all: 8e9, one: 1.6e10, examples: 8 };

  it('is all that is asked for of a small one, first and last among it', () => {
    const network = resnet(8);
    const last = maskableLayers(network).length - 1;
    const plan = planDepths(network, 5, 32, limits)!;
    expect(plan.depths).toHaveLength(5);
    expect([plan.depths[0], plan.depths[4]]).toEqual([0, last]);
    expect(plan.samples).toBeGreaterThan(1);
    expect(planDepths(network, 5, 1, limits)!.samples).toBe(1);
    expect(planDepths(network, 64, 1, { ...limits, all: 1e12 })!.depths).toHaveLength(last + 1);
  });

  it('is fewer examples, then fewer layers, then nothing of a large one', () => {
    const at = (side: number) => planDepths(resnet(side), 16, 32, limits);
    expect(at(8)!.samples).toBeGreaterThan(at(24)!.samples);
    expect(at(32)!.depths.length).toBeLessThan(16);
    expect(at(32)).toMatchObject({ samples: 1 });
    expect(at(256)).toBeUndefined();
  });
});
