/** The words of a config about the network: one part of the table in schema.ts. */
import { activations, paddings } from '../core/network';
import type { EnumSchema, ObjectSchema, Schema } from './schema-types';

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

const name = {
  kind: 'string',
  required: true,
  pattern: {
    regex: '^[A-Za-z][A-Za-z0-9_-]{0,63}$',
    words: 'a letter, then letters, digits, `_` or `-`, at most 64',
    example: 'fc1',
  },
  doc: 'Name of the layer, once in the network. Its tensors are `layers.NAME.weight`, `.mask` and `.bias`.',
} as const satisfies Schema;

const linearLayer = {
  kind: 'object',
  doc: 'A fully connected layer: weights (out, in), biases (out).',
  keys: {
    name,
    linear: {
      kind: 'object',
      required: true,
      doc: 'A fully connected layer and its size.',
      aka: ['dense', 'fc'],
      keys: {
        in: {
          ...units,
          unit: 'values',
          doc: 'Fan-in: `out` of the linear layer before; after a convolution channels x height x width; of the first, the values of one example.',
          aka: ['inputs', 'in_features', 'fan_in'],
        },
        out: {
          ...units,
          unit: 'values',
          doc: 'Fan-out; of the last layer, the number of classes.',
          aka: ['outputs', 'out_features', 'fan_out', 'units'],
        },
        stack: {
          kind: 'integer',
          min: 1,
          max: 1_048_576,
          default: 1,
          doc:
            'Matrices that stand one upon the other in the weight and are initialised each by itself: 3 where the query, key and value projections ' +
            'of attention are one layer, as the `in_proj_weight` of PyTorch.',
        },
      },
    },
  },
} as const satisfies ObjectSchema;

const channels = { ...units, unit: 'channels' } as const;
const side = { kind: 'integer', min: 1, max: 64, unit: 'places', doc: 'The same along both sides.' } as const;

const convLayer = {
  kind: 'object',
  doc: 'A convolution: weights (out, in / groups, height, width), biases (out).',
  keys: {
    name,
    conv: {
      kind: 'object',
      required: true,
      doc: 'A convolution and its size.',
      aka: ['conv2d', 'convolution'],
      keys: {
        in: {
          ...channels,
          doc: 'Channels: `out` of the convolution before; of the first, those of the data.',
          aka: ['inputs', 'in_channels'],
        },
        out: { ...channels, doc: 'Channels that come out.', aka: ['outputs', 'out_channels', 'filters'] },
        kernel: {
          kind: 'union',
          default: 3,
          unit: 'places',
          of: [side, { kind: 'list', length: 2, items: side, doc: 'Height and width.' }],
          doc: 'Size of the kernel; 1 is a linear layer at each place.',
          aka: ['kernel_size'],
        },
        stride: {
          ...side,
          default: 1,
          doc: 'Places from one output to the next, along both sides.',
          aka: ['strides'],
        },
        padding: {
          kind: 'enum',
          values: paddings,
          valueDocs: {
            zero: 'Zeros, so many that stride 1 keeps the size.',
            circular:
              'The picture again, around its edges, so that stride 1 keeps the size: what the isometry of a convolution is stated for.',
            none: 'Nothing: the picture shrinks by the kernel less 1.',
          },
          default: 'zero',
          valuesAka: { same: 'zero', zeros: 'zero', valid: 'none', wrap: 'circular' },
          doc: 'What lies beyond the edges.',
          aka: ['padding_mode'],
        },
        groups: {
          kind: 'integer',
          min: 1,
          max: 1_048_576,
          default: 1,
          doc: 'Channels fall into so many groups that see nothing of each other; as many as `in` is a depthwise convolution.',
        },
      },
    },
  },
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
      items: { kind: 'union', of: [linearLayer, convLayer, activationLayer], doc: 'One layer.' },
      doc:
        'The layers of a network of your own, first to last: `{ name: fc1, linear: { in: 784, out: 100 } }`, ' +
        '`{ name: conv1, conv: { in: 1, out: 16 } }` or `{ activation: tanh }`. Each `in` is the `out` before it; ' +
        'a linear layer takes the whole picture that a convolution gives.',
    },
  },
} as const satisfies ObjectSchema;
