import { describe, expect, it, test } from 'vitest';
import { diagnoseAdam, diagnoseHalf } from '../../../../../src/core/rps/diagnosis/rules';
import type { SharedRun } from '../../../../../src/core/rps/diagnosis/settings';
import { oneByOne } from '../layers';
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
    const { figures } = staticOf(run);
    const { value, threshold, verdict } = diagnoseHalf(figures);
    expect(value! / Math.max(...factors)).toBeCloseTo(1, 10);
    expect(threshold).toBe(figures.audit.max);
    expect(verdict).toBe(value! > figures.audit.max ? 'info' : 'ok');
  }
});
