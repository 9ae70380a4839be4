/** The words of a config about the dense initialisation, which sparsity cuts and sharing takes deviations of. */
import { baseFacts, gainFacts, settingFacts } from './method-facts';
import type { ObjectSchema, Schema } from './schema-types';

/** By name or pattern: which layers are meant. */
export const layerPattern = {
  regex: '^[A-Za-z*][A-Za-z0-9_*-]{0,63}$',
  words: 'the name of a layer, or a pattern with `*` for any letters',
  example: "'fc*'",
} as const;

export const gain = {
  kind: 'object',
  doc: 'By what the weights are multiplied, and how biases are drawn.',
  aka: ['scale'],
  keys: {
    weight: {
      kind: 'union',
      default: 1,
      doc: 'Gain of the weights, sigma_w.',
      aka: ['sigma_w', 'sigmaW'],
      source: 'Schoenholz et al., "Deep Information Propagation" (2017)',
      of: [
        { kind: 'number', above: 0, max: 100, doc: 'A number.' },
        {
          kind: 'enum',
          values: ['critical'],
          valueDocs: {
            critical:
              'Computed by mean-field theory for the activation and `bias`, so that gradients neither vanish nor explode: chi_1 = 1.',
          },
          valueFacts: gainFacts,
          doc: 'Computed.',
        },
      ],
    },
    bias: {
      kind: 'number',
      min: 0,
      max: 100,
      default: 0,
      doc: 'Standard deviation of the biases, sigma_b; 0: biases are zero.',
      ...settingFacts.bias,
      aka: ['sigma_b', 'sigmaB'],
    },
  },
} as const satisfies ObjectSchema;

export const base = {
  kind: 'enum',
  values: ['orthogonal', 'kaiming-normal', 'xavier-normal', 'lecun-normal', 'delta-orthogonal', 'conv-orthogonal'],
  valueDocs: {
    orthogonal: 'Orthogonal, uniformly distributed (Haar).',
    'kaiming-normal': 'Normal, for ReLU.',
    'xavier-normal': 'Normal, between what forward and backward passes ask for.',
    'lecun-normal': 'Normal, so that the variance of a linear layer is kept.',
    'delta-orthogonal': 'An orthogonal matrix at the centre of the kernel, else 0.',
    'conv-orthogonal': 'A kernel whose operator is orthogonal, with weights at all its places.',
  },
  valueFacts: baseFacts,
  default: 'orthogonal',
  doc: 'The dense initialisation: what `init: base` and `ai` cut, and what scores are taken of.',
} as const satisfies Schema;
