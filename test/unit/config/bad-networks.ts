/** Networks that are not right, other than rows of linear layers and convolutions. */
import { layers, yaml } from './bad-configs';
import type { BadConfig } from './bad-configs';

const wide = '{ name: fc1, linear: { in: 784, out: 32 } }';
const last = '{ name: fc2, linear: { in: 32, out: 10 } }';
const first = '{ name: conv1, conv: { in: 1, out: 16, stride: 4 } }';
const mean = '{ reshape: mean }';
const end = '{ name: fc1, linear: { in: 16, out: 10 } }';
const preset = (name: string, more: string, rest = ''): string =>
  `version: 1\nmodel: { preset: ${name}${more} }\n${rest}`;

export const badNetworks: readonly BadConfig[] = [
  yaml('a norm of another size', layers(first, '{ name: bn1, batchNorm: { size: 32 } }', mean, end)),
  yaml('layer norm of a picture', layers(first, '{ name: ln1, layerNorm: { size: 16 } }', mean, end)),
  yaml('a layer again before it came', layers(wide, '{ again: fc2 }', last)),
  yaml('a layer again under a slip of its name', layers(wide, '{ again: cf1 }', last)),
  yaml('a norm again', layers(first, '{ name: bn1, batchNorm: { size: 16 } }', '{ again: bn1 }', mean, end)),
  yaml('a layer again where it does not fit', layers(wide, '{ again: fc1 }', last)),
  yaml('a layer again that has a name of its own', layers(wide, '{ name: fc3, again: fc1 }', last)),
  yaml('a pool after linear', layers(wide, '{ pool: { of: max } }', last)),
  yaml('a pool larger than the picture', layers(first, '{ pool: { size: 8 } }', mean, end)),
  yaml('a pool with a name', layers(first, '{ name: pool1, pool: { size: 2 } }', mean, end)),
  yaml('a mean of values', layers(wide, mean, last)),
  yaml('a convolution after the mean', layers(first, mean, '{ name: conv2, conv: { in: 16, out: 16 } }')),
  yaml('a picture at the end', layers(first, '{ pool: { size: 2 } }')),
  yaml('values at the end', layers(first, mean)),
  yaml(
    'a residual that halves the picture',
    layers(
      first,
      '{ residual: [{ name: conv2, conv: { in: 16, out: 16, stride: 2 } }, { activation: relu }] }',
      mean,
      end,
    ),
  ),
  yaml(
    'a shortcut of other channels',
    layers(
      first,
      '{ residual: [{ activation: relu }], shortcut: [{ name: sc, conv: { in: 16, out: 8, kernel: 1 } }] }',
      mean,
      end,
    ),
  ),
  yaml(
    'a mistake within a residual',
    layers(
      first,
      '{ residual: [{ activation: relu }, { name: conv2, conv: { in: 8, out: 16 } }] }',
      '{ residual: [{ activation: relu }], shortcut: [{ name: bn2, batchNorm: { size: 8 } }] }',
      mean,
      end,
    ),
  ),
  yaml(
    'a residual within a residual',
    layers(first, '{ residual: [{ residual: [{ activation: relu }] }] }', mean, end),
  ),
  yaml('a slip within a residual', layers(first, '{ residual: [{ name: c, conv: { in: 16, outt: 16 } }] }', mean, end)),
  yaml('an empty residual', layers(first, '{ residual: [] }', mean, end)),
  yaml('positions of a picture', layers(first, '{ name: pos, position: { tokens: 49, size: 16 } }', mean, end)),
  yaml(
    'positions of other tokens',
    layers(first, '{ reshape: tokens }', '{ name: pos, position: { tokens: 50, size: 16 } }', mean, end),
  ),
  yaml(
    'attention of other tokens',
    layers(first, '{ reshape: tokens }', '{ name: a, attention: { size: 32, heads: 2 } }', mean, end),
  ),
  yaml(
    'heads that do not divide',
    layers(first, '{ reshape: tokens }', '{ name: a, attention: { size: 16, heads: 5 } }', mean, end),
  ),
  yaml(
    'a linear layer of other tokens',
    layers(first, '{ reshape: tokens }', '{ name: up, linear: { in: 784, out: 16 } }', mean, end),
  ),
  yaml(
    'squeeze of other channels',
    layers(first, '{ name: se, squeezeExcite: { channels: 8, reduced: 2 } }', mean, end),
  ),
  yaml(
    'a name that attention has taken',
    layers(
      first,
      '{ reshape: tokens }',
      '{ name: a, attention: { size: 16, heads: 2 } }',
      '{ name: a-input, linear: { in: 16, out: 16 } }',
      '{ name: a, attention: { size: 16, heads: 2 } }',
      mean,
      end,
    ),
  ),
  yaml('nothing but dense layers', layers('{ name: fc1, linear: { in: 784, out: 10, dense: true } }')),
  yaml(
    'a density of a layer that stays dense',
    layers('{ name: fc1, linear: { in: 784, out: 32, dense: true } }', last) + 'sparsity: { layers: { fc1: 0.5 } }\n',
  ),
  yaml('a preset deeper than any', preset('mlp', ', depth: 1001')),
  yaml('a preset that is too large', preset('mlp', ', depth: 20, width: 20000')),
  yaml('a preset that is too large in all', preset('mlp', ', depth: 1000, width: 2000')),
  yaml('a step that no engine can hold', preset('mlp', ', depth: 12, width: 5000')),
  yaml(
    'micro-batches that no engine can hold',
    preset('resnet-110', '', 'train: { batchSize: 512, microBatch: 512 }\n'),
  ),
  yaml('norms that see parts of a batch', preset('resnet-56', '', 'train: { memory: 0.5 }\n')),
  yaml(
    'signals of more examples than fit',
    preset('resnet-110', '', 'probes: { signals: { at: [0], samples: 256 } }\n'),
  ),
  yaml('micro-batches over the memory', preset('cnn', '', 'train: { microBatch: 128, memory: 0.1 }\n')),
  yaml('a network over the memory', preset('mlp', ', width: 1000', 'train: { memory: 0.01 }\n')),
  yaml('kernels that see one place', preset('efficientnet-b0', '', 'data: { source: synthetic-images }\n')),
  yaml('depth and width of what has its own', preset('mlp-7', ', depth: 3, width: 5')),
  yaml('widths and blocks of what has its own', preset('mlp-7', ', widths: [3, 5], blocks: [1]')),
  yaml('widths beside the width that they replace', preset('resnet-20', ', width: 8, widths: [8, 16, 30]')),
  yaml('fewer widths than stages', preset('resnet-20', ', widths: [8, 16]')),
  yaml('more blocks than stages', preset('vgg-11', ', blocks: [1, 1, 1, 1, 1, 1]')),
  yaml('fewer widths than the depth has', preset('mlp', ', depth: 4, widths: [300, 100]')),
  yaml('fewer widths than any depth has', preset('cnn', ', widths: [8, 8]')),
  yaml('a width of 0 among others', preset('mlp', ', widths: [300, 0]')),
  yaml('width beside layers', `version: 1\nmodel:\n  width: 3\n  layers:\n    - ${end.replace('16', '784')}\n`),
  yaml(
    'the density of no convolution that can be sparse',
    preset('deit-blocks', '', 'sparsity: { eoi: { convDensity: as-given } }\n'),
  ),
];
