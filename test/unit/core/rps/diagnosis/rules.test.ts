import { describe, expect, it, test } from 'vitest';
import { diagnoseAdam, diagnoseHalf, diagnoseWiring } from '../../../../../src/core/rps/diagnosis/rules';
import type { SharedRun } from '../../../../../src/core/rps/diagnosis/settings';
import { normalisedScales, plainScales } from '../../../../../src/core/rps/scales';
import { sharingOf } from '../../../../../src/core/rps/sharing';
import { oneByOne, smallLayers } from '../layers';
import { named, runOf, staticOf } from './runs';

const adam: SharedRun['optimizer'] = { name: 'adamw', learningRate: 1e-3, momentum: 0, nesterov: false };

describe('D11', () => {
  it('says nothing of gradient descent', () => {
    expect(diagnoseAdam(runOf({ initStd: 1e-4 }))).toEqual([]);
  });

  it('a scaler of the gradient does nothing under Adam, and lambda all', () => {
    const findings = diagnoseAdam(runOf({ optimizer: adam, scaler: 'v1', initStd: 0.01 }));
    expect(named(findings, 'adam-scaler')).toMatchObject({ verdict: 'warn', facts: { scaler: 'v1' } });
    const lambda = named(findings, 'adam-lambda');
    expect(lambda).toMatchObject({ verdict: 'warn', layer: 'fc2', fix: { kind: 'init-std' } });
    const initStd = Number(lambda.fix!.edits[0].value);
    const again = runOf({ optimizer: adam, initStd });
    expect(named(diagnoseAdam(again), 'adam-lambda').verdict).toBe('ok');
    // The scale at which lambda has mean square 1 over the weights.
    const { layers, n } = again.sharing;
    const square = layers.reduce((sum, { weights }, l) => sum + weights * again.scales.lambda[l] ** 2, 0) / n;
    expect(square).toBeCloseTo(1, 1);
  });

  it('is content with theory and with the normalised form, whose steps are scaled', () => {
    for (const run of [runOf({ optimizer: adam, scaler: 'theory' }), runOf({ optimizer: adam, normalised: true })])
      expect(diagnoseAdam(run).map(({ verdict }) => verdict)).toEqual(['ok']);
  });
});

test('D12 is the largest sum of the factors of a location', () => {
  for (const run of [
    runOf(),
    runOf({ normalised: true }),
    runOf({ normalised: true, spec: { kind: 'fold', seed: 1 } }),
  ]) {
    const [sum, squares] = [new Float64Array(run.sharing.m), new Float64Array(run.sharing.m)];
    run.sharing.layers.forEach((_, l) =>
      oneByOne(run.sharing, l).forEach(({ location }) => {
        sum[location] += run.scales.lambda[l];
        squares[location] += run.scales.lambda[l] ** 2;
      }),
    );
    const factors = run.scales.normalised
      ? sum.map((value, j) => (value > 0 ? value / Math.sqrt(squares[j]) : 0))
      : sum;
    const { value, verdict } = diagnoseHalf(run, staticOf(run).figures);
    expect(value! / Math.max(...factors)).toBeCloseTo(1, 10);
    expect(verdict).toBe('info');
  }
});

describe('D13', () => {
  const spec = { kind: 'roast', seed: 1, tile: [4, 8] as [number, number] } as const;
  const wired = (change: object = {}, layers = smallLayers, s = 0.1): Parameters<typeof diagnoseWiring>[0] => {
    const sharing = sharingOf(layers, { compression: 2, spec: { ...spec, ...change }, scope: 'global' });
    return { sharing, scales: plainScales(sharing, s) };
  };
  const differing = (a: Parameters<typeof diagnoseWiring>[0]): unknown[] =>
    diagnoseWiring(a, wired()).map(({ facts, verdict }) => [verdict, facts?.['what']]);

  it('is content with the same', () => {
    expect(differing(wired())).toEqual([['ok', undefined]]);
  });

  it('names each thing that would recover other weights', () => {
    expect(differing(wired({ seed: 2 }))).toEqual([['fail', 'seed']]);
    expect(differing(wired({ tile: [8, 8] }))).toEqual([['fail', 'tile']]);
    expect(differing(wired({ aligned: true }))).toEqual([['fail', 'tile']]);
    expect(differing(wired({}, smallLayers, 0.2))).toEqual([['fail', 'lambda']]);
    expect(differing(wired({}, [...smallLayers].reverse())).map((pair) => (pair as string[])[1])).toEqual([
      'layers',
      'lambda',
    ]);
    const { sharing } = wired();
    expect(differing({ sharing, scales: normalisedScales(sharing) }).map((pair) => (pair as string[])[1])).toEqual([
      'form',
      'lambda',
    ]);
  });
});
