/** Layers drawn with others of their shape are those drawn by themselves. */
import { afterEach, describe, expect, it } from 'vitest';
import type { LayerPlan } from '../../../src/config/layer-plans';
import { parseConfig } from '../../../src/config/parse';
import { checkedPlan } from '../../../src/config/plan';
import { knownFacts } from '../../../src/core/data-sets';
import { matricesAtOnce } from '../../../src/core/givens';
import { kernels, useKernels } from '../../../src/core/kernels/current';
import { plainKernels } from '../../../src/core/kernels/kernels';
import { finish } from '../../../src/core/parts';
import type { DrawnLayer, Drawing } from '../../../src/engine/initialise';
import { LayerDraws } from '../../../src/engine/layer-draws';
import { loadKernels } from '../../../src/engine/kernels/load';

afterEach(() => useKernels(plainKernels()));

function planOf(text: string): { drawing: Drawing; layers: readonly LayerPlan[] } {
  const config = parseConfig(`version: 1\n${text}`, 'yaml').config!;
  const { gain, layers } = checkedPlan(config, knownFacts(config.data.source)!);
  return { drawing: { config, gain, wanted: new Map() }, layers };
}

/** How long a layer took is the only thing that may differ. */
const untimed = (drawn: DrawnLayer): DrawnLayer => ({ ...drawn, seconds: 0 });

const mlp = (depth: number, width: number, init = 'eoi'): string => `
model: { preset: mlp, depth: ${depth}, width: ${width}, activation: tanh }
sparsity: { density: 0.2, distribution: er, init: ${init}, gain: { weight: 1.1, bias: 0.1 } }
`;

describe('layers that are drawn in their order', () => {
  it.each([
    ['of a deep network, several times as many as are drawn at once', mlp(70, 80)],
    ['of whole kernels or matrices', mlp(7, 30, 'eis')],
    [
      'of convolutions and matrices',
      'model: { preset: resnet-20 }\ndata: { source: synthetic-images }\nsparsity: { density: 0.1, init: eoi }\n',
    ],
    ['of another initialisation', mlp(7, 30, 'base')],
  ])('%s, are those drawn by themselves', (_, text) => {
    useKernels(loadKernels().kernels);
    const { drawing, layers } = planOf(text);
    const draws = new LayerDraws(drawing, layers, new Map());
    for (const layer of layers) {
      const alone = finish(new LayerDraws(drawing, [layer], new Map()).draw(layer));
      expect(untimed(finish(draws.draw(layer))), layer.name).toEqual(untimed(alone));
    }
  });

  it('share the time that a batch of them took', () => {
    const { drawing, layers } = planOf(mlp(12, 40));
    const draws = new LayerDraws(drawing, layers, new Map());
    const seconds = layers.map((layer) => finish(draws.draw(layer)).seconds);
    expect(seconds.every((share) => share !== undefined && share > 0)).toBe(true);
    expect(new Set(seconds.slice(1, -1)).size).toBe(1);
  });

  it('are drawn no more than so many at once, and none for which a memory stands', () => {
    const drawn: number[] = [];
    const { drawing, layers } = planOf(mlp(400, 33));
    const shared = new Set(['fc3', 'fc4']);
    useKernels({
      ...kernels(),
      drawPairs: (...args) => {
        drawn.push(args[10]);
        plainKernels().drawPairs(...args);
      },
    });
    const draws = new LayerDraws(drawing, layers, new Map(), shared);
    for (const layer of layers.filter(({ name }) => !shared.has(name))) finish(draws.draw(layer));
    const most = matricesAtOnce(33, 33);
    // The first layer and the last have shapes of their own.
    expect(drawn).toEqual([1, most, 396 - most, 1]);
  });
});
