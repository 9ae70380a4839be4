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
