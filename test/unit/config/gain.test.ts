import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../../src/config/check';
import type { CheckedConfig } from '../../../src/config/checked';

const check = (gain: string, format: 'yaml' | 'json' = 'yaml'): CheckedConfig =>
  checkConfig(
    format === 'yaml'
      ? `version: 1\nmodel: { preset: mlp-7 }\nsparsity: { gain: { ${gain} } }\n`
      : `{ "version": 1, "model": { "preset": "mlp-7" }, "sparsity": { "gain": { ${gain} } } }`,
    format,
  );

/** The smallest gain accepted, as its refusal writes it. */
const least = '1.973e-31';

describe('gains that 32-bit floats cannot hold', () => {
  it.each([
    ['weight: 1e-300', 'weight'],
    ['weight: 5e-324', 'weight'],
    ['weight: 1.972e-31', 'weight'],
    ['bias: 1e-300', 'bias'],
    ['weight: critical, bias: 1e-40', 'bias'],
  ])('%s is refused with the smallest that works', (gain, key) => {
    const { issues, plan } = check(gain);
    expect(plan).toBeUndefined();
    expect(issues).toMatchObject([
      {
        code: 'config.gain-too-small',
        severity: 'error',
        path: `sparsity.gain.${key}`,
        suggestion: { text: least },
        message: expect.stringContaining(least) as string,
      },
    ]);
  });

  it.each(['weight: 1e39', 'weight: 101', 'bias: 1e300'])('%s is refused with the largest that works', (gain) => {
    const { issues, plan } = check(gain);
    expect(plan).toBeUndefined();
    expect(issues).toMatchObject([{ code: 'config.out-of-range', message: expect.stringContaining('100') as string }]);
  });

  it.each<[string, 'yaml' | 'json']>([
    [`weight: ${least}`, 'yaml'],
    [`"weight": ${least}, "bias": ${least}`, 'json'],
    ['weight: 100, bias: 100', 'yaml'],
    ['weight: 1, bias: 0', 'yaml'],
  ])('%s is taken', (gain, format) => {
    expect(check(gain, format)).toMatchObject({ issues: [], plan: {} });
  });

  it('what is taken keeps the digits of weights down to 2^-24', () => {
    const gain = check(`weight: ${least}`).plan!.gain.weight;
    for (const entry of [1, 0.7234567, 1.2345678e-4, 2 ** -24 * 1.2345678]) {
      const relative = Math.abs(Math.fround(gain * entry) / (gain * entry) - 1);
      expect(relative).toBeLessThanOrEqual(2 ** -24);
    }
    expect(Math.fround(100 * 2 ** 20)).toBeLessThan(Infinity);
  });
});
