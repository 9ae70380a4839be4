/** Prediction of the mean squared singular value of the Jacobian, beside that of random Gaussian networks. */
import { describe, expect, it } from 'vitest';
import { depthSpectra } from '../../../../src/core/depth-jacobian';
import { actualGains, meanFieldJacobian, meanFieldLayers } from '../../../../src/core/init/mean-field-layers';
import type { Activation, ConvLayer, Layer, Network } from '../../../../src/core/network';
import { finish } from '../../../../src/core/parts';
import { Rng } from '../../../../src/core/rng';

const mlp = (widths: readonly number[], fn: Activation): Network => ({
  inputs: widths[0],
  classes: widths.at(-1)!,
  layers: widths.slice(1).flatMap((out, l): Layer[] => {
    const linear: Layer = { kind: 'linear', name: `fc${l}`, in: widths[l], out };
    return l === widths.length - 2 ? [linear] : [linear, { kind: 'activation', fn }];
  }),
});

interface Drawn {
  density: number;
  gain: number;
  biasGain: number;
}

/** Of one random network and example, measured over predicted by layer. */
function ratios(widths: readonly number[], fn: Activation, { density, gain, biasGain }: Drawn, seed: number): number[] {
  const rng = Rng.fromSeed(seed);
  const [inputs] = widths;
  const chain = widths.slice(1).map((out, l) => ({
    weight: Float32Array.from({ length: out * widths[l] }, () =>
      rng.uniform() < density ? (gain / Math.sqrt(density * widths[l])) * rng.normal() : 0,
    ),
    bias: Float32Array.from({ length: out }, () => biasGain * rng.normal()),
    activation: fn,
  }));
  const x = Float32Array.from({ length: inputs }, () => rng.normal());
  const network = mlp(widths, fn);
  const gains = ({ name, out }: { name: string; out: number }) => {
    const { weight, bias } = chain[Number(name.slice(2))];
    return actualGains(weight, out, bias);
  };
  const input = x.reduce((sum, value) => sum + value * value, 0) / inputs;
  const predicted = meanFieldJacobian(network, meanFieldLayers(network, input, gains), gains);
  const found = finish(
    depthSpectra(
      chain,
      { x, inputs },
      chain.map((_, l) => l),
    ),
  );
  return found.map(({ index, meanSquare }) => meanSquare / predicted.get(`fc${index}`)!);
}

const square = [80, 80, 80, 80, 80, 80];
const uneven = [150, 60, 120, 40, 90, 200];

describe('meanFieldJacobian', () => {
  // One network differs by a third, deep in; the mean of forty by a few percent.
  it.each<[Activation, readonly number[], Drawn]>([
    ['linear', square, { density: 1, gain: 0.9, biasGain: 0 }],
    ['linear', uneven, { density: 0.2, gain: 1.1, biasGain: 0.1 }],
    ['tanh', square, { density: 1, gain: 1.3, biasGain: 0.2 }],
    ['tanh', uneven, { density: 0.3, gain: 1.3, biasGain: 0.2 }],
    ['relu', square, { density: 1, gain: 1.4, biasGain: 0 }],
    ['relu', uneven, { density: 0.3, gain: 1.4, biasGain: 0.1 }],
    ['hard-tanh', square, { density: 0.2, gain: 1, biasGain: 0 }],
    ['silu', uneven, { density: 0.5, gain: 1.2, biasGain: 0.1 }],
  ])('is that of wide random %s networks, widths %j, %j', (fn, widths, drawn) => {
    const found = Array.from({ length: 40 }, (_, seed) => ratios(widths, fn, drawn, seed));
    expect(found[0]).toHaveLength(widths.length - 1);
    found[0].forEach((_, l) => {
      const mean = found.reduce((sum, one) => sum + one[l], 0) / found.length;
      expect(Math.abs(mean - 1)).toBeLessThan(0.12);
    });
  });

  const gains = () => ({ weight: 1.5, bias: 0 });
  const conv = (name: string, from: number, out: number, more: Partial<ConvLayer> = {}): ConvLayer => ({
    kind: 'conv',
    name,
    in: from,
    out,
    kernel: [3, 3],
    stride: 1,
    padding: 'circular',
    groups: 1,
    ...more,
  });
  const picture = [3, 8, 8] as const;
  const of = (...layers: Layer[]): [string, number][] => {
    const network = { inputs: 192, picture, layers };
    return [...meanFieldJacobian(network, meanFieldLayers(network, 1, gains), gains)];
  };
  const square2 = 1.5 ** 2;

  it('takes convolutions, with more outputs than inputs by what is left of their places', () => {
    const layers: Layer[] = [conv('a', 3, 12), conv('b', 12, 4, { stride: 2 }), { kind: 'flatten' }];
    expect(of(...layers, { kind: 'linear', name: 'c', in: 64, out: 10 })).toEqual([
      ['a', square2 * 4],
      ['b', square2 ** 2],
      ['c', square2 ** 3],
    ]);
  });

  it('ends at a norm, at a pool and at the edges of a picture', () => {
    const ends = (layer: Layer): string[] => of(conv('a', 3, 4), layer, conv('b', 4, 4)).map(([name]) => name);
    expect(ends({ kind: 'norm', over: 'batch', name: 'n', size: 4 })).toEqual(['a']);
    expect(ends({ kind: 'pool', of: 'average', size: 2, stride: 2 })).toEqual(['a']);
    expect(ends(conv('z', 4, 4, { padding: 'zero' }))).toEqual(['a']);
    expect(ends(conv('z', 4, 4, { padding: 'zero', kernel: [1, 1] }))).toEqual(['a', 'z', 'b']);
    expect(ends({ kind: 'residual', branch: [conv('r', 4, 4)], shortcut: [] })).toEqual(['a']);
  });
});
