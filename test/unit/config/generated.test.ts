/** The files that are written from the schema table are as the table is. */
import { format, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../../src/config/check';
import { configDocs, docsExample } from '../../../src/config/docs';
import { jsonSchema } from '../../../src/config/json-schema';
import { expectGolden } from '../../golden/golden';

const pretty = async (file: string, text: string): Promise<string> =>
  format(text, { ...(await resolveConfig(file)), filepath: file });

describe('written from the schema table', () => {
  it('media/sparse.schema.json', async () => {
    const file = 'media/sparse.schema.json';
    expectGolden(`../../${file}`, await pretty(file, JSON.stringify(jsonSchema())));
  });

  it('docs/config.md', async () => {
    const file = 'docs/config.md';
    expectGolden(`../../${file}`, await pretty(file, configDocs()));
  });

  it('the example of the docs page is a config without an issue', () => {
    const { issues, plan } = checkConfig(docsExample, 'yaml');
    expect(issues).toEqual([]);
    expect(plan?.weights).toBe(129_400);
  });
});
