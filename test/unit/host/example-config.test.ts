import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkConfig } from '../../../src/config/check';
import { exampleConfig } from '../../../src/host/example-config';

it('the example of "New Config" has no issue, not even a warning, and is small', () => {
  const { config, plan, issues } = checkConfig(exampleConfig, 'yaml');
  expect(issues).toEqual([]);
  expect(config).toMatchObject({ name: 'mlp7-eoi', sparsity: { init: 'eoi' } });
  expect(plan?.layers).toHaveLength(7);
  expect(plan?.density).toBeCloseTo(0.1, 4);
});

it('the example of the walkthrough has none either', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../media/walkthrough/config.md'), 'utf8');
  const config = /```yaml\n([\s\S]+?)```/.exec(page)?.[1] ?? '';
  expect(checkConfig(config, 'yaml').issues).toEqual([]);
});
