/** The words of a config about the network: one part of the table in schema.ts. */
import { activations } from '../core/network';
import type { EnumSchema, ObjectSchema } from './schema-types';

/** Source of defaults that are those of the published experiments (eoi.md 4.2). */
export const eoiSpecs = 'experiments of Nowak et al. (arXiv 2406.01755)';

const activation = {
  kind: 'enum',
  values: activations,
  valueDocs: {
    linear: 'No activation: the network is a product of matrices.',
    tanh: 'Hyperbolic tangent.',
    relu: 'max(0, x).',
  },
  later: ['hard-tanh', 'leaky-relu', 'selu', 'gelu', 'silu'],
  valuesAka: { identity: 'linear', none: 'linear' },
  doc: 'The function between two layers.',
} as const satisfies EnumSchema;

const units = { kind: 'integer', min: 1, max: 1_048_576, required: true } as const;

const linearLayer = {
  kind: 'object',
  doc: 'A fully connected layer: weights (out, in), biases (out).',
  keys: {
    name: {
      kind: 'string',
      required: true,
      pattern: {
        regex: '^[A-Za-z][A-Za-z0-9_-]{0,63}$',
        words: 'a letter, then letters, digits, `_` or `-`, at most 64',
        example: 'fc1',
      },
      doc: 'Name of the layer, once in the network. Its tensors are `layers.NAME.weight`, `.mask` and `.bias`.',
    },
    linear: {
      kind: 'object',
      required: true,
      doc: 'A fully connected layer and its size.',
      aka: ['dense', 'fc'],
      keys: {
        in: {
          ...units,
          unit: 'values',
          doc: 'Fan-in: `out` of the linear layer before; of the first, the values of one example.',
          aka: ['inputs', 'in_features', 'fan_in'],
        },
        out: {
          ...units,
          unit: 'values',
          doc: 'Fan-out; of the last layer, the number of classes.',
          aka: ['outputs', 'out_features', 'fan_out', 'units'],
        },
      },
    },
  },
  later: ['conv'],
} as const satisfies ObjectSchema;

const activationLayer = {
  kind: 'object',
  doc: 'An activation between two layers.',
  keys: { activation: { ...activation, required: true } },
} as const satisfies ObjectSchema;

export const model = {
  kind: 'object',
  required: true,
  doc: 'The network, by a `preset` or by `layers` of your own.',
  exactlyOne: ['preset', 'layers'],
  later: ['depth', 'width'],
  keys: {
    preset: {
      kind: 'enum',
      optional: true,
      values: ['mlp-7'],
      valueDocs: {
        'mlp-7':
          'Seven linear layers fc1 ... fc7, inputs-100-100-100-100-100-100-classes: 129,400 maskable weights for 28 x 28 images. ' +
          'The first layer takes the values of the data set: 784, or 3,072 for `cifar-10`.',
      },
      later: [
        'mlp',
        'cnn',
        'resnet-20',
        'resnet-32',
        'resnet-56',
        'resnet-110',
        'vgg-11',
        'vgg-16-c',
        'efficientnet-b0',
        'deit-blocks',
      ],
      doc: 'A network by its name.',
      source: eoiSpecs,
    },
    activation: { ...activation, default: 'tanh', doc: 'The function between the layers of a preset.' },
    layers: {
      kind: 'list',
      optional: true,
      minItems: 1,
      maxItems: 10_000,
      items: { kind: 'union', of: [linearLayer, activationLayer], doc: 'One layer.' },
      doc:
        'The layers of a network of your own, first to last: `{ name: fc1, linear: { in: 784, out: 100 } }` or `{ activation: tanh }`. ' +
        'Each `in` is the `out` before it.',
    },
  },
} as const satisfies ObjectSchema;
