/** The words of a config about the network: one part of the table in schema.ts. */
import { presetNames } from '../core/presets';
import { activation, layer } from './schema-layers';
import type { ObjectSchema } from './schema-types';

/** Source of defaults that are those of the published experiments (eoi.md 4.2). */
export const eoiSpecs = 'experiments of Nowak et al. (arXiv 2406.01755)';

export const model = {
  kind: 'object',
  required: true,
  doc: 'The network, by a `preset` or by `layers` of your own.',
  exactlyOne: ['preset', 'layers'],
  keys: {
    preset: {
      kind: 'enum',
      optional: true,
      values: presetNames,
      valueDocs: {
        'mlp-7':
          'Seven linear layers fc1 ... fc7, inputs-100-100-100-100-100-100-classes: 129,400 maskable weights for 28 x 28 images. ' +
          'The first layer takes the values of the data set: 784, or 3,072 for `cifar-10`.',
        mlp: '`depth` linear layers, `width` wide; 1000 and 128 are the MLP-1000 of the experiments: 16,452,864 maskable weights.',
        cnn:
          'Circular 3 x 3 convolutions without norms, two of stride 2, then `depth` - 6 more, pooling and one linear layer; ' +
          'depth 1000 and width 128 are the CNN-1000 of the experiments: 146,890,112 maskable weights.',
        'resnet-20':
          'Three stages of three residual blocks, 16, 32 and 64 channels, with batch norm: 270,896 maskable weights.',
        'resnet-32': 'The same with five blocks a stage: 464,432.',
        'resnet-56': 'The same with nine: 851,504.',
        'resnet-110': 'The same with eighteen: 1,722,416.',
        'vgg-11':
          'Eight convolutions with batch norm and one linear layer: 9,268,928 maskable weights with 100 classes.',
        'vgg-16-c':
          'Thirteen convolutions, every third of the later ones 1 x 1, and three linear layers, with batch norm: 11,307,712 maskable weights.',
        'efficientnet-b0':
          'Inverted bottlenecks with depthwise convolutions and squeeze-excite, as torchvision has it without dropout and stochastic depth.',
        'deit-blocks':
          'A vision transformer of `depth` blocks, tokens of `width` values; only the MLPs of the blocks are sparse, the rest is dense.',
      },
      doc: 'A network by its name.',
      source: eoiSpecs,
    },
    activation: {
      ...activation,
      optional: true,
      doc: 'The function between the layers of a preset; without it that of its paper: tanh in `mlp` and `cnn`, relu in ResNets and VGGs, silu in `efficientnet-b0`, gelu in `deit-blocks`.',
    },
    depth: {
      kind: 'integer',
      optional: true,
      min: 1,
      max: 1_000,
      unit: 'layers',
      aka: ['num_layers', 'layers_count'],
      doc: 'Of `mlp` (default 7), `cnn` (32, at least 6) and `deit-blocks` (12 blocks); the other presets have `blocks`.',
    },
    width: {
      kind: 'integer',
      optional: true,
      min: 1,
      max: 65_536,
      unit: 'values or channels',
      aka: ['hidden', 'hidden_size', 'hidden_dim'],
      doc:
        'Hidden values of `mlp` (default 100), channels of `cnn` (128), values of a token of `deit-blocks` (192); channels of the first convolution of ResNets (16), ' +
        'VGGs (64) and `efficientnet-b0` (32), to which those of all other layers are in proportion. Without it a preset is as published.',
    },
    widths: {
      kind: 'list',
      optional: true,
      minItems: 1,
      maxItems: 1_000,
      items: {
        kind: 'integer',
        optional: true,
        min: 1,
        max: 65_536,
        doc: 'Of one layer or stage.',
      },
      unit: 'values or channels',
      aka: ['hidden_sizes', 'channels', 'stage_widths'],
      doc:
        'In place of `width`, each by itself: of every hidden layer of `mlp` (`[300, 100]` is LeNet-300-100), of every convolution of `cnn`; of the stages of ResNets (three), of VGGs (five, and for `vgg-16-c` the hidden ' +
        'linear layers) and of `efficientnet-b0` (stem, seven stages, head). Without `depth` there are as many layers as widths. Of `deit-blocks` the hidden values of the MLP of each block, beside `width`.',
    },
    blocks: {
      kind: 'list',
      optional: true,
      minItems: 1,
      maxItems: 7,
      items: { kind: 'integer', optional: true, min: 1, max: 1_000, doc: 'Of one stage.' },
      unit: 'blocks',
      aka: ['num_blocks', 'stage_depths'],
      doc:
        'How many blocks each stage has: residual blocks of ResNets (`resnet-20`: `[3, 3, 3]`), convolutions of VGGs (`vgg-11`: `[1, 1, 2, 2, 2]`, `vgg-16-c`: `[2, 2, 3, 3, 3]`), inverted bottlenecks of ' +
        '`efficientnet-b0` (`[1, 2, 2, 3, 3, 4, 1]`). Without it a preset is as published.',
    },
    layers: {
      kind: 'list',
      optional: true,
      minItems: 1,
      maxItems: 10_000,
      items: layer,
      doc:
        'The layers of a network of your own, first to last: `{ name: fc1, linear: { in: 784, out: 100 } }`, ' +
        '`{ name: conv1, conv: { in: 1, out: 16 } }`, `{ activation: tanh }`, `{ pool: { size: 2 } }`, `{ residual: [...] }` and more. Each `in` is the `out` before it; ' +
        'a linear layer takes the whole picture that a convolution gives.',
    },
  },
} as const satisfies ObjectSchema;
