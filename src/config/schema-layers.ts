/** The words of a config about single layers: one part of the table in schema.ts. */
import { activations, paddings } from '../core/network';
import type { EnumSchema, ObjectSchema, Schema } from './schema-types';

export const activation = {
  kind: 'enum',
  values: activations,
  valueDocs: {
    linear: 'No activation: the network is a product of matrices.',
    tanh: 'Hyperbolic tangent.',
    'hard-tanh': 'x between -1 and 1, held there.',
    relu: 'max(0, x).',
    'leaky-relu': 'x above 0, 0.01 x below.',
    selu: 'Scaled exponential: x above 0, a(e^x - 1) below, times a constant (Klambauer et al. 2017).',
    gelu: 'x times the normal distribution function, exactly (Hendrycks and Gimpel 2016).',
    silu: 'x times its logistic function; also called swish.',
  },
  valuesAka: { identity: 'linear', none: 'linear', hardtanh: 'hard-tanh', leakyrelu: 'leaky-relu', swish: 'silu' },
  doc: 'The function between two layers.',
} as const satisfies EnumSchema;

/** Keys of every layer with a weight. */
const weighted = {
  bias: { kind: 'boolean', default: true, doc: 'Whether there are biases, one for each output.' },
  dense: {
    kind: 'boolean',
    default: false,
    doc: 'Keeps all weights and takes no part in `sparsity`: neither in its density nor in its initialisation, which is then `base`.',
  },
} as const satisfies Record<string, Schema>;

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
        ...weighted,
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
        ...weighted,
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

const batchNorm = {
  kind: 'object',
  doc: 'Normalises each channel, or value, over the batch; then scales and shifts it.',
  keys: {
    name,
    batchNorm: {
      kind: 'object',
      required: true,
      doc: 'A batch norm: Ioffe and Szegedy (2015).',
      aka: ['bn', 'batch_norm', 'batchnorm'],
      keys: { size: { ...units, unit: 'channels or values', doc: 'As many as come in.', aka: ['num_features'] } },
    },
  },
} as const satisfies ObjectSchema;

const layerNorm = {
  kind: 'object',
  doc: 'Normalises the values of each example, or of each token; then scales and shifts them.',
  keys: {
    name,
    layerNorm: {
      kind: 'object',
      required: true,
      doc: 'A layer norm: Ba, Kiros, Hinton (2016).',
      aka: ['ln', 'layer_norm', 'layernorm'],
      keys: { size: { ...units, unit: 'values', doc: 'As many as come in; of tokens those of one.' } },
    },
  },
} as const satisfies ObjectSchema;

const poolLayer = {
  kind: 'object',
  doc: 'Takes one value of each window of a picture.',
  keys: {
    pool: {
      kind: 'object',
      required: true,
      doc: 'Windows without padding.',
      aka: ['maxpool', 'avgpool'],
      keys: {
        of: {
          kind: 'enum',
          values: ['max', 'average'],
          valueDocs: { max: 'The largest value.', average: 'The mean.' },
          valuesAka: { mean: 'average', avg: 'average', maximum: 'max' },
          default: 'max',
          doc: 'What is taken of a window.',
        },
        size: { ...side, default: 2 },
        stride: { ...side, optional: true, doc: 'Places from one window to the next; without it `size`.' },
      },
    },
  },
} as const satisfies ObjectSchema;

const reshapeLayer = {
  kind: 'object',
  doc: 'Another view of what comes in.',
  keys: {
    reshape: {
      kind: 'enum',
      required: true,
      values: ['mean', 'flatten', 'tokens'],
      valueDocs: {
        mean: 'The mean over the places of a picture, channel by channel, or over tokens.',
        flatten: 'The values of a picture, channel by channel.',
        tokens: 'The places of a picture as tokens, each with the values of its channels.',
      },
      doc: 'What is made of it.',
    },
  },
} as const satisfies ObjectSchema;

const embeddingLayer = {
  kind: 'object',
  doc:
    'A row of a table for each whole number that comes in, which makes them tokens: the first layer, of `npy` inputs (n, numbers) of integers. ' +
    'The table, `layers.NAME.weight`, (size, width), is never pruned.',
  keys: {
    name,
    embedding: {
      kind: 'object',
      required: true,
      doc: 'A table of learned vectors, as `torch.nn.Embedding`.',
      aka: ['embed', 'vocabulary', 'lookup'],
      keys: {
        size: {
          ...units,
          unit: 'rows',
          doc: 'How many different numbers there may be: 0 to `size` - 1.',
          aka: ['num_embeddings', 'vocab_size'],
        },
        width: { ...units, unit: 'values', doc: 'Of one token.', aka: ['embedding_dim', 'dim'] },
      },
    },
  },
} as const satisfies ObjectSchema;

const positionLayer = {
  kind: 'object',
  doc: 'Adds a learned vector to each token, by its place.',
  keys: {
    name,
    position: {
      kind: 'object',
      required: true,
      doc: 'Learned positions.',
      keys: {
        tokens: { ...units, unit: 'tokens', doc: 'As many as come in.' },
        size: { ...units, unit: 'values', doc: 'Of one token.' },
      },
    },
  },
} as const satisfies ObjectSchema;

const attentionLayer = {
  kind: 'object',
  doc: 'Multi-head self-attention over tokens. Its layers are `NAME-input`, query, key and value one upon the other, and `NAME-output`.',
  keys: {
    name,
    attention: {
      kind: 'object',
      required: true,
      doc: 'Vaswani et al. (2017), with the layout of `torch.nn.MultiheadAttention`.',
      aka: ['self_attention', 'mha'],
      keys: {
        size: { ...units, unit: 'values', doc: 'Of one token.', aka: ['embed_dim'] },
        heads: { ...units, unit: 'heads', doc: 'A divisor of `size`.', aka: ['num_heads'] },
        dense: weighted.dense,
      },
    },
  },
} as const satisfies ObjectSchema;

const squeezeExcite = {
  kind: 'object',
  doc: 'Scales each channel by what the means of all channels say. Its layers are `NAME-reduce` and `NAME-expand`.',
  keys: {
    name,
    squeezeExcite: {
      kind: 'object',
      required: true,
      doc: 'Hu, Shen, Sun (2018), with SiLU inside.',
      aka: ['se', 'squeeze_excite'],
      keys: {
        channels: { ...channels, doc: 'As many as come in.' },
        reduced: { ...channels, doc: 'As many as lie between.' },
        dense: weighted.dense,
      },
    },
  },
} as const satisfies ObjectSchema;

const againLayer = {
  kind: 'object',
  doc: 'A linear layer or convolution that came before once more: tied weights. It has no weights of its own, and gradients of both places are added.',
  keys: {
    again: {
      kind: 'string',
      required: true,
      pattern: name.pattern,
      doc: 'Name of the layer, which is in the list before this one.',
      aka: ['tied', 'tie', 'reuse'],
    },
  },
} as const satisfies ObjectSchema;

const activationLayer = {
  kind: 'object',
  doc: 'An activation between two layers.',
  keys: { activation: { ...activation, required: true } },
} as const satisfies ObjectSchema;

const single = {
  kind: 'union',
  of: [
    linearLayer,
    convLayer,
    activationLayer,
    batchNorm,
    layerNorm,
    poolLayer,
    reshapeLayer,
    embeddingLayer,
    positionLayer,
    attentionLayer,
    squeezeExcite,
    againLayer,
  ],
  doc: 'One layer.',
} as const satisfies Schema;

const residualLayer = {
  kind: 'object',
  doc: 'The sum of two ways from the same input.',
  keys: {
    residual: {
      kind: 'list',
      required: true,
      minItems: 1,
      maxItems: 1_000,
      items: single,
      doc: 'The layers of the branch; any but another `residual`.',
      aka: ['branch'],
    },
    shortcut: {
      kind: 'list',
      maxItems: 1_000,
      items: single,
      default: [],
      doc: 'The layers of the other way; without any, what comes in is added as it is.',
      aka: ['downsample', 'skip'],
    },
  },
} as const satisfies ObjectSchema;

/** One layer, or a residual of layers. Residuals in residuals are not: the schema would have no end. */
export const layer = {
  kind: 'union',
  of: [...single.of, residualLayer],
  doc: 'One layer, or a residual block of them.',
} as const satisfies Schema;
