import { describe, expect, it } from 'vitest';
import type { Layer, Network } from '../../../../src/core/network';
import { everyLayer, isMaskable, maskableLayers, weightShape } from '../../../../src/core/network';
import { finish } from '../../../../src/core/parts';
import { presetLayers } from '../../../../src/core/presets';
import type { PresetName } from '../../../../src/core/presets';
import { activation, batchNorm, conv, convNorm, linear } from '../../../../src/core/presets/parts';
import { flowScores, openFlow } from '../../../../src/core/prune/flow';
import { flowParts } from '../../../../src/core/prune/flow-parts';
import { synflowOfNetwork } from '../../../../src/core/prune/synflow';
import { Rng } from '../../../../src/core/rng';
import { linearFlow } from './linear-twin';

type Given = Omit<Network, 'classes'>;

const ones = (mask: Uint8Array): number => mask.reduce((a, b) => a + b, 0);
const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0);

function drawn(network: Given, scale: (inputs: number) => number = () => 1): Map<string, Float32Array> {
  const rng = Rng.fromSeed(5);
  return new Map(
    maskableLayers(network).map((layer) => {
      const { name, rows, columns } = weightShape(layer);
      const own = rng.split(name);
      return [name, Float32Array.from({ length: rows * columns }, () => scale(columns) * own.normal())];
    }),
  );
}

/** Scores of every layer that flow goes through, by name; of attention's input those of its values. */
function scoresOf(network: Given, weights: ReadonlyMap<string, Float32Array>) {
  const { flowing, ...graph } = flowParts(network, (name) => weights.get(name)!);
  const scores = flowScores(
    openFlow(
      flowing.map(({ part }) => part),
      graph,
    ),
  );
  return flowing.map(({ part, from }, l) => ({ name: part.name, from: from * part.columns, scores: scores![l] }));
}

const residual = (branch: Layer[], shortcut: Layer[] = []): Layer => ({ kind: 'residual', branch, shortcut });
const squeeze = (name: string, channels: number): Layer => ({
  kind: 'squeeze-excite',
  reduce: linear(`${name}-reduce`, channels, 2),
  expand: linear(`${name}-expand`, 2, channels),
});
const attention = (name: string, size: number, dense?: { dense: true }): Layer => ({
  kind: 'attention',
  heads: 2,
  input: linear(`${name}-input`, size, 3 * size, { stack: 3, ...dense }),
  output: linear(`${name}-output`, size, size, dense),
});
const circular = { padding: 'circular' } as const;
const mean: Layer = { kind: 'mean' };
const layerNorm = (name: string, size: number): Layer => ({ kind: 'norm', over: 'layer', name, size });

const picture = [2, 4, 4] as const;
const pictures = (...layers: Layer[]): Given => ({ inputs: 32, picture, layers });

const networks: Record<string, Given> = {
  'a residual with the identity beside it': {
    inputs: 3,
    layers: [
      linear('a', 3, 4),
      residual([linear('b', 4, 5), activation('relu'), linear('c', 5, 4)]),
      linear('d', 4, 2),
    ],
  },
  'a residual at the input, in a residual': {
    inputs: 3,
    layers: [residual([linear('a', 3, 3), residual([linear('b', 3, 3)], [linear('c', 3, 3)])]), linear('d', 3, 2)],
  },
  'convolutions with norms, a stride and a shortcut of their own': pictures(
    ...convNorm('stem', 2, 3, circular),
    activation('relu'),
    residual(
      [...convNorm('one', 3, 4, { stride: 2, ...circular }), activation('relu'), ...convNorm('two', 4, 4, circular)],
      convNorm('side', 3, 4, { kernel: 1, stride: 2, ...circular }),
    ),
    mean,
    linear('fc', 4, 3),
  ),
  'a depthwise convolution, an average pool and a picture as values': pictures(
    conv('wide', 2, 4, circular),
    conv('depth', 4, 4, { groups: 4, ...circular }),
    { kind: 'pool', of: 'average', size: 2, stride: 2 },
    { kind: 'flatten' },
    linear('fc', 16, 3),
  ),
  'a largest pool, as its mean': pictures(
    conv('wide', 2, 3, circular),
    { kind: 'pool', of: 'max', size: 2, stride: 2 },
    mean,
    linear('fc', 3, 2),
  ),
  'squeeze and excitation beside the identity': pictures(
    conv('stem', 2, 3, circular),
    residual([conv('one', 3, 3, circular), squeeze('gate', 3), batchNorm('norm', 3)]),
    mean,
    linear('fc', 3, 2),
  ),
  'attention, a MLP for each token and positions': pictures(
    conv('patches', 2, 4, { kernel: 1, ...circular }),
    { kind: 'tokens' },
    { kind: 'position', name: 'position', tokens: 16, size: 4 },
    residual([layerNorm('norm1', 4), attention('look', 4)]),
    residual([layerNorm('norm2', 4), linear('up', 4, 6), activation('gelu'), linear('down', 6, 4)]),
    mean,
    linear('fc', 4, 2),
  ),
  'an embedding and layers that stay dense': {
    inputs: 5,
    layers: [
      { kind: 'embedding', name: 'table', size: 9, width: 4 },
      residual([attention('look', 4, { dense: true })]),
      linear('token', 4, 3),
      mean,
      linear('fc', 3, 2, { dense: true }),
    ],
  },
};

describe('flowScores of a network with', () => {
  it.each(Object.entries(networks))('%s: |w dR/dw| / R, by taking each weight away', (_, network) => {
    const weights = drawn(network);
    const total = linearFlow(network, weights);
    const dense = new Set(maskableLayers(network).flatMap((layer) => (layer.dense ? [layer.name] : [])));
    for (const { name, from, scores } of scoresOf(network, weights)) {
      if (dense.has(name)) expect(scores).toHaveLength(0);
      else expect(scores.length).toBe(weights.get(name)!.length - from);
      // R is linear in each weight, so taking it away is exact.
      scores.forEach((score, i) => {
        const own = weights.get(name)!.map((value, at) => (at === from + i ? 0 : value));
        expect(score).toBeCloseTo((total - linearFlow(network, new Map([...weights, [name, own]]))) / total, 9);
      });
    }
  });

  it('a layer that comes again: the slopes of all its places, by differences', () => {
    const tied = linear('tied', 3, 3);
    const network = {
      inputs: 3,
      layers: [tied, activation('relu'), { kind: 'again', of: tied } as const, linear('d', 3, 2)],
    };
    const weights = drawn(network);
    const total = linearFlow(network, weights);
    const own = weights.get('tied')!;
    const flowAt = (i: number, by: number): number =>
      linearFlow(network, new Map([...weights, ['tied', own.map((value, at) => (at === i ? value * by : value))]]));
    const tiedScores = scoresOf(network, weights).find(({ name }) => name === 'tied')!.scores;
    tiedScores.forEach((score, i) => {
      // R is a square in a weight that comes twice: its central difference is exact.
      expect(score).toBeCloseTo((flowAt(i, 1.5) - flowAt(i, 0.5)) / total, 6);
    });
    // Every path goes through both places.
    expect(sum(tiedScores)).toBeCloseTo(2, 6);
  });

  it('a cut: what every path goes through has all of the flow, two ways have it together', () => {
    const network = networks['convolutions with norms, a stride and a shortcut of their own'];
    const found = new Map(scoresOf(network, drawn(network)).map(({ name, scores }) => [name, sum(scores)]));
    expect(found.get('stem')).toBeCloseTo(1, 12);
    expect(found.get('fc')).toBeCloseTo(1, 12);
    expect(found.get('one')).toBeCloseTo(found.get('two')!, 12);
    expect(found.get('two')! + found.get('side')!).toBeCloseTo(1, 12);
    expect(found.get('side')).toBeGreaterThan(0.001);
  });

  it.each([100, 1e-5])('a thousand layers in residuals, weights of scale %d', (scale) => {
    const blocks = Array.from({ length: 499 }, (_, b) => residual([linear(`up${b}`, 6, 6), linear(`down${b}`, 6, 6)]));
    const network = { inputs: 4, layers: [linear('first', 4, 6), ...blocks, linear('last', 6, 3)] };
    const found = scoresOf(
      network,
      drawn(network, () => scale),
    );
    expect(found).toHaveLength(1000);
    const shares = new Map(found.map(({ name, scores }) => [name, sum(scores)]));
    for (const share of shares.values()) {
      expect(share).toBeGreaterThan(0);
      expect(share).toBeLessThan(1 + 1e-9);
    }
    expect(shares.get('last')).toBeCloseTo(1, 9);
    for (let b = 0; b < 499; b++) expect(shares.get(`up${b}`)! / shares.get(`down${b}`)!).toBeCloseTo(1, 9);
  });

  it('a way that is long and weak beside a strong one: its weights still have an order', () => {
    const long = Array.from({ length: 998 }, (_, l) => linear(`weak${l}`, 3, 3));
    const network = { inputs: 3, layers: [residual(long), linear('last', 3, 2)] };
    const found = scoresOf(
      network,
      drawn(network, () => 1e-5),
    );
    const { scores } = found.find(({ name }) => name === 'weak400')!;
    expect(new Set(scores).size).toBe(9);
    expect(scores.every((score) => score > 0 && score < 1e-200)).toBe(true);
  });
});

const presets: [PresetName, number, number][] = [
  ['resnet-20', 4, 0.3],
  ['resnet-20', 8, 0.05],
  ['efficientnet-b0', 4, 0.3],
  ['efficientnet-b0', 8, 0.1],
];

describe('synflow of a network', () => {
  const preset = (name: PresetName, width: number): Given => ({
    inputs: 3 * 32 * 32,
    picture: [3, 32, 32],
    layers: presetLayers(name, { picture: [3, 32, 32], classes: 10 }, { width }),
  });
  const prune = (network: Given, weights: ReadonlyMap<string, Float32Array>, count: number, iterations = 100) =>
    finish(synflowOfNetwork(network, (name) => weights.get(name)!, { count, iterations }));

  it.each(presets)(
    '%s %i wide at density %d: exactly the count, and flow through every layer',
    (name, width, density) => {
      const network = preset(name, width);
      const weights = drawn(network, (inputs) => Math.sqrt(2 / inputs));
      const count = Math.round(density * sum([...weights.values()].map(({ length }) => length)));
      const masks = prune(network, weights, count);
      expect(sum([...masks.values()].map(ones))).toBe(count);
      for (const mask of masks.values()) expect(ones(mask)).toBeGreaterThan(0);
      const left = new Map([...weights].map(([layer, own]) => [layer, own.map((w, i) => w * masks.get(layer)![i])]));
      for (const { scores } of scoresOf(network, left)) expect(sum(scores)).toBeGreaterThan(0);
    },
  );

  it('keeps of gates, queries and keys the largest, as many as their share, and of dense layers all', () => {
    const network = pictures(
      conv('stem', 2, 8, circular),
      squeeze('gate', 8),
      { kind: 'tokens' },
      attention('look', 8),
      mean,
      linear('fc', 8, 4, { dense: true }),
    );
    const weights = drawn(network);
    const prunable = [...everyLayer(network.layers)].filter(isMaskable).filter(({ dense }) => !dense);
    const all = sum(prunable.map(({ name }) => weights.get(name)!.length));
    const masks = prune(network, weights, Math.round(all / 4));
    expect(sum(prunable.map(({ name }) => ones(masks.get(name)!)))).toBe(Math.round(all / 4));
    expect(ones(masks.get('fc')!)).toBe(32);
    const queries = masks.get('look-input')!.subarray(0, 2 * 64);
    expect(Math.abs(ones(queries) - 32)).toBeLessThanOrEqual(2);
    const magnitudes = weights.get('look-input')!.map(Math.abs);
    const least = Math.min(...magnitudes.subarray(0, 128).filter((_, i) => queries[i] === 1));
    expect(Math.max(...magnitudes.subarray(0, 128).filter((_, i) => queries[i] === 0))).toBeLessThan(least);
    expect(ones(masks.get('look-input')!.subarray(128))).toBeGreaterThan(0);
    for (const name of ['gate-reduce', 'gate-expand'])
      expect(Math.abs(ones(masks.get(name)!) - 4)).toBeLessThanOrEqual(1);
  });

  it.each([0, 1, 2, 3])('keeps exactly the count where there are few for each layer, and all but %i', (missing) => {
    const network = preset('efficientnet-b0', 2);
    const weights = drawn(network);
    const all = sum([...weights.values()].map(({ length }) => length));
    for (const count of [3 * weights.size + missing, all - missing]) {
      const masks = prune(network, weights, count, 50);
      expect(sum([...masks.values()].map(ones))).toBe(count);
      for (const mask of masks.values()) expect(ones(mask)).toBeGreaterThan(0);
    }
  });

  it('refuses fewer weights than layers, and a network that carries nothing', () => {
    const network = preset('resnet-20', 4);
    const weights = drawn(network);
    expect(() => prune(network, weights, 5)).toThrow(expect.objectContaining({ code: 'prune.count-below-least' }));
    weights.set('conv1', new Float32Array(weights.get('conv1')!.length));
    expect(() => prune(network, weights, 500)).toThrow(expect.objectContaining({ code: 'prune.no-flow' }));
  });
});
