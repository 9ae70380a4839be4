/**
 * The words of a config: the one table from which types, defaults, JSON Schema, docs page, hovers and completions come.
 */
import { compute } from './schema-compute';
import { data } from './schema-data';
import { model } from './schema-model';
import { probes } from './schema-probes';
import { sharing } from './schema-sharing';
import { sparsity } from './schema-sparsity';
import { sweep } from './schema-sweep';
import { train } from './schema-train';
import type { ObjectSchema } from './schema-types';

/** A whole config. */
export const configSchema = {
  kind: 'object',
  doc: 'A network, its data, how sparse it is or how its weights are shared, how it is trained and what is measured.',
  later: ['extends'],
  atMostOne: ['sparsity', 'sharing'],
  keys: {
    version: { kind: 'enum', values: [1], required: true, doc: 'Version of these words.' },
    name: {
      kind: 'string',
      default: 'run',
      pattern: {
        regex: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$',
        words: 'a letter or digit, then letters, digits, `.`, `_` or `-`, at most 64',
        example: 'mlp7-eoi',
      },
      doc: 'Name of the run; its folder is `NAME-1`, the next one `NAME-2`.',
    },
    seed: {
      kind: 'integer',
      min: 0,
      max: Number.MAX_SAFE_INTEGER,
      default: 1,
      doc: 'Every random choice derives from it: the same seed on the same backend, by the same kernels (`run.json` names them), gives the same run.',
    },
    model,
    data,
    sparsity,
    sharing,
    train,
    compute,
    probes,
    sweep,
  },
} as const satisfies ObjectSchema;
