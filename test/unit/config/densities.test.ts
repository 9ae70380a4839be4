/** Densities of the network and of single layers, in any combination: an answer, and what it proposes works. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../../src/config/check';

const density = fc.oneof(fc.constantFrom(1, 0.01, 0.00001), fc.double({ min: 1e-6, max: 1, noNaN: true }));
const own = fc.uniqueArray(fc.tuple(fc.constantFrom('fc1', 'fc2', 'fc*', 'fc7', '*'), density), {
  maxLength: 3,
  selector: ([name]) => name,
});
const config = fc.record({
  density,
  own,
  init: fc.constantFrom('eoi', 'base', 'ai', 'sao'),
  distribution: fc.constantFrom('uniform', 'uniform-plus', 'er', 'erk', 'balanced', 'magnitude'),
});

const errorsOf = (of: { density: number | string; own: [string, number][]; init: string; distribution: string }) => {
  const layers = of.own.map(([name, value]) => `"${name}": ${value}`).join(', ');
  const sparsity = `density: ${of.density}, init: ${of.init}, distribution: ${of.distribution}, layers: { ${layers} }`;
  const { issues, plan } = checkConfig(`version: 1\nmodel: { preset: mlp-7 }\nsparsity: { ${sparsity} }\n`, 'yaml');
  return { errors: issues.filter(({ severity }) => severity === 'error'), plan };
};

describe('the densities of a config', () => {
  it('are planned, no layer empty, or refused with one that works', () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(config, (given) => {
        const { errors, plan } = errorsOf(given);
        for (const { code } of errors) seen.set(code, (seen.get(code) ?? 0) + 1);
        expect(plan === undefined).toBe(errors.length > 0);
        if (plan && given.init !== 'sao')
          for (const { targetNonZeros } of plan.layers)
            if (targetNonZeros !== undefined) expect(targetNonZeros).toBeGreaterThan(0);
        const wanted = errors.find(({ code }) => /density-too-low|layer-empty/.test(code));
        const proposed = wanted?.suggestion?.text;
        if (wanted?.code !== 'config.own-density-too-low' && proposed !== undefined)
          expect(errorsOf({ ...given, density: proposed }).errors).toEqual([]);
      }),
      { seed: 1, numRuns: 300 },
    );
    for (const code of ['density-too-low', 'own-density-too-low', 'layer-empty', 'impossible-shares'])
      expect(seen.get(`config.${code}`) ?? 0, code).toBeGreaterThan(2);
  });
});
