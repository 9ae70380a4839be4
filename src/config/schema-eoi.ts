/** The words of a config about exact orthogonal initialisation: one part of the table in schema.ts. */
import { angleFacts, convDensityFacts, settingFacts } from './method-facts';
import type { Schema } from './schema-types';

export const eoiPaper = 'Nowak et al., "Sparser, Better, Deeper, Stronger" (arXiv 2406.01755)';

const angle = {
  kind: 'number',
  min: -360,
  max: 360,
  unit: 'degrees',
  doc: 'An angle. Multiples of 90 only swap or negate axes and are refused.',
} as const;

export const angles = {
  kind: 'union',
  default: 'uniform',
  unit: 'degrees',
  doc: 'By how much the Givens rotations turn.',
  source: `${eoiPaper}, Appendix G`,
  of: [
    {
      kind: 'enum',
      values: ['uniform'],
      valueDocs: { uniform: 'Uniform over a whole turn, as published.' },
      valueFacts: angleFacts,
      doc: 'A distribution by its name.',
    },
    {
      kind: 'object',
      keys: { fixed: { ...angle, required: true } },
      doc: 'The same angle for all rotations.',
      formula: 'a_k = fixed',
    },
    {
      kind: 'object',
      keys: {
        range: {
          kind: 'list',
          length: 2,
          items: angle,
          required: true,
          doc: 'Lower and upper end of a uniform distribution.',
        },
      },
      doc: 'Uniform over a range.',
      formula: 'a_k ~ U(low, high)',
    },
    {
      kind: 'object',
      keys: {
        list: {
          kind: 'list',
          minItems: 1,
          maxItems: 1_000_000,
          items: angle,
          required: true,
          doc: 'Taken in turn; after the last comes the first again.',
        },
      },
      doc: 'Angles of your own.',
      formula: 'a_k = list[k mod length]',
    },
  ],
} as const satisfies Schema;

export const convDensity = {
  kind: 'enum',
  values: ['as-given', 'more-nonzeros'],
  valueDocs: {
    'as-given': 'That of the layer. Most weights kept begin at 0.',
    'more-nonzeros': 'More than that of the layer, as most published networks have it.',
  },
  valueFacts: convDensityFacts,
  default: 'more-nonzeros',
  doc:
    'Density of the orthogonal matrix at the centre of a kernel. The other weights kept, drawn at random, are 0 in the ' +
    'beginning and are trained like all.',
} as const satisfies Schema;

const count = { kind: 'integer', min: 1, max: 1_048_576, required: true, unit: 'weights' } as const;
const pair = { kind: 'list', length: 2, items: { ...count, doc: 'A count.' }, required: true } as const;

/** Of each row or each column: one number for all, or a list. */
const degrees = (lines: string, others: string) =>
  ({
    kind: 'union',
    required: true,
    unit: 'weights',
    doc: `Weights kept in each ${lines}: one number for all, or a list with one for each ${lines} of every layer; ${others} share them evenly.`,
    of: [
      { kind: 'integer', min: 1, max: 1_048_576, doc: `The same in each ${lines}.` },
      {
        kind: 'list',
        minItems: 1,
        maxItems: 1_000_000,
        items: { kind: 'integer', min: 0, max: 1_048_576, doc: 'A count.' },
        doc: `One for each ${lines}.`,
      },
    ],
  }) as const satisfies Schema;

export const pattern = {
  kind: 'union',
  optional: true,
  ...settingFacts.pattern,
  doc:
    'Where the non-zeros of `init: eoi` or `eis` are wanted. Rotations are searched whose product comes as near as possible and is ' +
    'exactly orthogonal all the same; how near is told as intersection over union. The pattern says how many weights are ' +
    'kept, in place of the density. Of a convolution it is that of the matrix at the centre of the kernel, each group by ' +
    'itself; masks of a file are of the whole weight.',
  of: [
    {
      kind: 'object',
      keys: { nm: { ...pair, doc: 'N and M: N of each M weights in a row.' } },
      doc: 'N of each M, as sparse hardware wants it.',
    },
    {
      kind: 'object',
      keys: { blocks: { ...pair, doc: 'Rows and columns of a block.' } },
      doc: 'Blocks along the diagonal.',
    },
    {
      kind: 'object',
      keys: { band: { ...count, doc: 'Weights around the diagonal.' } },
      doc: 'A band along the diagonal.',
    },
    {
      kind: 'object',
      keys: { rowDegree: degrees('row', 'columns') },
      doc: 'So many weights in each row.',
    },
    {
      kind: 'object',
      keys: { columnDegree: degrees('column', 'rows') },
      doc: 'So many weights in each column.',
    },
    {
      kind: 'object',
      keys: {
        file: {
          kind: 'string',
          required: true,
          doc: 'A safetensors file with `layers.NAME.mask` or packed `layers.NAME.bits` for each layer, as `sparsescope prune`, `init` and runs write them; from the folder of the config.',
        },
      },
      doc: 'Masks of your own.',
    },
  ],
} as const satisfies Schema;
