import { describe, expect, it } from 'vitest';
import { Rng } from '../../../../src/core/rng';
import { expand, gather, project, recover } from '../../../../src/core/rps/recover';
import { drawMemory, MemoryDrawing } from '../../../../src/core/rps/initial-draw';
import { normalisedScales, plainScales } from '../../../../src/core/rps/scales';
import type { Scales } from '../../../../src/core/rps/scales';
import { sharingOf } from '../../../../src/core/rps/sharing';
import type { Sharing } from '../../../../src/core/rps/sharing';
import type { MappingSpec } from '../../../../src/core/rps/pieces';
import { dot, normals, oneByOne, presetToShare, relativeError, smallLayers, specs } from './layers';

/** The same by the definition: one row of R after the other. */
function byDefinition(sharing: Sharing, scales: Scales, memory: Float32Array): Float64Array[] {
  const squares = new Float64Array(sharing.m);
  sharing.layers.forEach(({ deviation }, l) =>
    oneByOne(sharing, l).forEach(({ location }) => (squares[location] += deviation ** 2)),
  );
  return sharing.layers.map(({ deviation }, l) =>
    Float64Array.from(oneByOne(sharing, l), ({ location, sign }) => {
      const factor = scales.normalised ? deviation / Math.sqrt(squares[location]) : scales.lambda[l];
      return sign * factor * memory[location];
    }),
  );
}

const cases: [MappingSpec, number, 'global' | 'local'][] = specs.flatMap((spec) => [
  [spec, 1, 'global'] as [MappingSpec, number, 'global'],
  [spec, 4.3, 'global'] as [MappingSpec, number, 'global'],
  [spec, 2.2, 'local'] as [MappingSpec, number, 'local'],
]);
// Slices of a fold are only taken where they are long.
cases.push([{ kind: 'fold', seed: 1 }, 30, 'global'], [{ kind: 'fold', seed: 2 }, 1.7, 'global']);

describe.each(cases)('%o at %d, %s', (spec, compression, scope) => {
  const sharing = sharingOf(smallLayers, { compression, spec, scope });

  it.each([
    ['plain', plainScales(sharing, 0.04)],
    ['normalised', normalisedScales(sharing)],
  ])('%s: recovers what the definition says, and gathers by its transpose', (_, scales) => {
    const memory = normals(sharing.m, 1);
    const expected = byDefinition(sharing, scales, memory);
    const gradients = sharing.layers.map(({ weights }, l) => normals(weights, 10 + l));
    const gathered = new Float64Array(sharing.m);
    let inner = 0;
    sharing.layers.forEach(({ weights }, l) => {
      const out = new Float64Array(weights);
      recover(sharing, scales, memory, l, out);
      for (let i = 0; i < weights; i++) expect(Math.abs(out[i] - expected[l][i])).toBeLessThan(1e-12);
      gather(sharing, scales, l, gradients[l], gathered);
      inner += dot(out, gradients[l]);
    });
    expect(dot(memory, gathered)).toBeCloseTo(inner, 8);
  });

  it.each([
    ['plain', plainScales(sharing, 0.04)],
    ['normalised', normalisedScales(sharing)],
  ])('%s: the projection leaves a rest that no memory can say', (_, scales) => {
    const weights = sharing.layers.map((layer, l) => normals(layer.weights, 20 + l));
    const memory = project(sharing, scales, weights);
    const back = expand(sharing, scales, memory);
    const rest = new Float64Array(sharing.m);
    weights.forEach((layer, l) =>
      gather(
        sharing,
        scales,
        l,
        layer.map((value, i) => value - back[l][i]),
        rest,
      ),
    );
    const scale = Math.max(...scales.lambda);
    for (const value of rest) expect(Math.abs(value) / scale).toBeLessThan(2e-5);
    // What a memory says comes back as it is.
    const again = project(sharing, scales, back);
    again.forEach((value, j) => expect(Math.abs(value - memory[j])).toBeLessThan(1e-5 * (1 + Math.abs(memory[j]))));
  });
});

describe('a fold at compression 1', () => {
  const layers = presetToShare('resnet-20');
  const sharing = sharingOf(layers, { compression: 1, spec: { kind: 'fold', seed: 4 }, scope: 'global' });
  const weights = sharing.layers.map((layer, l) => normals(layer.weights, l));

  it('normalised, gives back any weights bit for bit', () => {
    const scales = normalisedScales(sharing);
    const back = expand(sharing, scales, project(sharing, scales, weights));
    back.forEach((layer, l) => expect(relativeError(layer, weights[l])).toBe(0));
  });

  it('plain, gives them back to rounding, and its first scaled step is the dense step', () => {
    const scales = plainScales(sharing, 0.04);
    const back = expand(sharing, scales, project(sharing, scales, weights));
    back.forEach((layer, l) => expect(relativeError(layer, weights[l])).toBeLessThan(2e-7));
  });

  it('the factors of a fold are a few stretches, not one for each location', () => {
    const { inverse } = normalisedScales(sharing);
    expect(inverse!.ends).toHaveLength(inverse!.values.length);
    expect(inverse!.values.length).toBeLessThan(100);
  });
});

it('draws weights with the deviation of each layer, whatever the scale', () => {
  const layers = presetToShare('resnet-20');
  for (const spec of specs) {
    const sharing = sharingOf(layers, { compression: 3, spec, scope: 'global' });
    for (const scales of [plainScales(sharing, 0.7), normalisedScales(sharing)]) {
      const kind = scales.normalised ? 'normal' : 'uniform';
      const weights = expand(
        sharing,
        scales,
        drawMemory(sharing, scales, new MemoryDrawing({ kind, s: 0.7 }, Rng.fromSeed(2))),
      );
      weights.forEach((layer, l) => {
        const ratio = Math.sqrt(dot(layer, layer) / layer.length) / layers[l].deviation;
        expect(Math.abs(ratio - 1)).toBeLessThan(6 / Math.sqrt(layer.length));
      });
    }
  }
});

it('refuses what does not fit, and weights that are not finite', () => {
  const sharing = sharingOf(smallLayers, { compression: 2, spec: specs[0], scope: 'global' });
  const scales = plainScales(sharing, 1);
  const memory = new Float32Array(sharing.m);
  const weights = sharing.layers.map((layer) => new Float32Array(layer.weights));
  const mismatch = expect.objectContaining({ code: 'rps.size-mismatch' }) as unknown as Error;
  expect(() => recover(sharing, scales, memory.subarray(1), 0, weights[0])).toThrow(mismatch);
  expect(() => recover(sharing, scales, memory, 1, weights[0])).toThrow(mismatch);
  expect(() => gather(sharing, scales, 1, weights[0], memory)).toThrow(mismatch);
  expect(() => project(sharing, scales, weights.slice(1))).toThrow(mismatch);
  weights[2][5] = NaN;
  expect(() => project(sharing, scales, weights)).toThrow(/"fc1" has NaN at flat index 5/);
  for (const s of [0, -1, NaN, Infinity]) expect(() => plainScales(sharing, s)).toThrow(/standard deviation/);
});
