import { parseConfig } from '../../../src/config/parse';
import type { Config } from '../../../src/config/types';

/** The `data` of a config that says only this. */
export const dataWords = (said: Partial<Config['data']>): Config['data'] => ({
  ...parseConfig('version: 1\nmodel: { preset: mlp-7 }\n', 'yaml').config!.data,
  ...said,
});
