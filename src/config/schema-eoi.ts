/** The words of a config about exact orthogonal initialisation: one part of the table in schema.ts. */
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
      valueDocs: { uniform: 'Uniform over [0, 360), as published.' },
      doc: 'A distribution by its name.',
    },
    { kind: 'object', keys: { fixed: { ...angle, required: true } }, doc: 'The same angle for all rotations.' },
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
    },
  ],
} as const satisfies Schema;

const groupSize = { kind: 'integer', min: 1, max: 65_536 } as const;

export const pattern = {
  kind: 'union',
  optional: true,
  doc:
    'Guided: the rotations are searched so that the non-zeros of the exactly orthogonal product come as near as possible to this pattern, ' +
    'instead of being drawn. The density is then that of the pattern.',
  of: [
    {
      kind: 'object',
      keys: {
        nm: {
          kind: 'list',
          length: 2,
          items: { ...groupSize, doc: 'A count.' },
          required: true,
          doc: '`[N, M]`: of each M weights in a row, N are wanted, as sparse tensor cores take them: `[2, 4]`.',
        },
      },
      doc: 'N of each M.',
    },
    {
      kind: 'object',
      keys: {
        block: {
          kind: 'list',
          length: 2,
          items: { ...groupSize, doc: 'A size.' },
          required: true,
          doc: '`[rows, columns]`: blocks of this size along the diagonal.',
        },
      },
      doc: 'Blocks along the diagonal.',
    },
    {
      kind: 'object',
      keys: {
        band: { ...groupSize, unit: 'weights', required: true, doc: 'Width of a band along the diagonal.' },
      },
      doc: 'A band along the diagonal.',
    },
    {
      kind: 'object',
      keys: {
        file: {
          kind: 'string',
          required: true,
          doc: 'A `.safetensors` file with `layers.NAME.mask` (U8, 0 or 1, of the shape of the weight) for each layer; a relative path starts at the folder of the config.',
        },
      },
      doc: 'Masks of your own.',
    },
  ],
} as const satisfies Schema;
