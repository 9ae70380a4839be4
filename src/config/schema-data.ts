/** The words of a config's `data`. */
import type { DataSource } from '../core/data-sets';
import { dataSets } from '../core/data-sets';
import { eoiSpecs } from './schema-model';
import type { ObjectSchema } from './schema-types';

const sources = Object.keys(dataSets) as DataSource[];

export const data = {
  kind: 'object',
  doc: 'What the network is trained on.',
  aka: ['dataset'],
  keys: {
    source: {
      kind: 'enum',
      values: sources,
      valueDocs: {
        'synthetic-digits':
          'Ten classes of rendered, jittered digits, 28 x 28, drawn by Sparsescope itself: 6,000 to train, 1,000 to test.',
        'synthetic-images':
          'Ten classes of pictures, 3 x 32 x 32, drawn by Sparsescope itself: five shapes and five textures with place, size, ' +
          'turn, colours, clutter and noise drawn anew for each; 6,000 to train, 1,000 to test.',
        mnist: 'The handwritten digits, 28 x 28, from the original IDX files in `path`, plain or `.gz`.',
        'cifar-10': 'Photographs of ten classes, 3 x 32 x 32, from the binary version in `path`.',
        'cifar-100':
          'Photographs of a hundred classes (the fine labels), 3 x 32 x 32, from the binary version in `path`.',
      },
      later: ['image-folder', 'npy'],
      default: 'synthetic-digits',
      aka: ['name', 'dataset'],
      doc: 'The data set, by its name.',
    },
    path: {
      kind: 'string',
      optional: true,
      aka: ['dir', 'root', 'folder', 'directory'],
      doc:
        'Folder with the files of `mnist`, `cifar-10` or `cifar-100`; a relative one starts at the folder of the config. ' +
        '**Sparsescope: Download Data Set** fetches them.',
    },
    validation: {
      kind: 'number',
      min: 0,
      below: 1,
      default: 0.1,
      unit: 'share of the training examples',
      aka: ['val', 'valid_split', 'validation_split'],
      doc: 'Held out for validation, drawn by the seed. With 0 the test examples validate instead.',
      source: eoiSpecs,
    },
    augment: {
      kind: 'list',
      items: {
        kind: 'enum',
        values: ['crop', 'flip'],
        valueDocs: {
          crop: 'Padded by 4 black pixels on each side and cropped to its size at random.',
          flip: 'Mirrored left to right with probability 1/2.',
        },
        doc: 'A way to vary.',
      },
      maxItems: 2,
      default: [],
      aka: ['augmentation', 'transforms'],
      doc:
        'How pictures that are trained with are varied, anew in every epoch: `crop` pads by 4 black pixels on each side and crops at ' +
        'random, `flip` mirrors every second one by chance. Pictures that validate stay as they are.',
      source: 'He et al., "Deep Residual Learning for Image Recognition" (CVPR 2016), section 4.2',
    },
  },
} as const satisfies ObjectSchema;
