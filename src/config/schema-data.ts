/** The words of a config's `data`. */
import type { DataSource } from '../core/data-sets';
import { dataSets, fileSources } from '../core/data-sets';
import { eoiSpecs } from './schema-model';
import type { ObjectSchema, Schema } from './schema-types';

const sources: readonly DataSource[] = [...(Object.keys(dataSets) as (keyof typeof dataSets)[]), ...fileSources];

const file = (name: string, doc: string, aka: readonly string[]) =>
  ({ kind: 'string', default: name, doc, aka }) as const;

/** Keys about files of the person's own. */
const own = {
  files: {
    kind: 'object',
    doc:
      'Names of the files of `npy`, from `path`. Inputs are floats, taken as they are, or whole numbers; bytes (`uint8`) are divided by 255. Of shape ' +
      '(n, features), (n, height, width), or with channels as `layout` says. Labels are whole numbers from 0, of shape (n).',
    aka: ['arrays'],
    keys: {
      inputs: file('x_train.npy', 'Inputs to train and to validate with.', ['x', 'x_train', 'images']),
      labels: file('y_train.npy', 'Their labels.', ['y', 'y_train', 'targets']),
      testInputs: file('x_test.npy', 'Inputs to test with; read only with `validation: 0`.', ['x_test', 'x_val']),
      testLabels: file('y_test.npy', 'Their labels.', ['y_test', 'y_val']),
    },
  },
  layout: {
    kind: 'enum',
    values: ['channels-first', 'channels-last'],
    valueDocs: {
      'channels-first': '(n, channels, height, width), as in PyTorch.',
      'channels-last': '(n, height, width, channels), as in TensorFlow and in most image files.',
    },
    valuesAka: { nchw: 'channels-first', nhwc: 'channels-last' },
    default: 'channels-first',
    doc: 'How pictures lie in the four axes of the inputs of `npy`.',
  },
  channels: {
    kind: 'enum',
    values: [3, 1],
    valueDocs: {
      '3': 'Red, green and blue; a grey picture is three equal ones.',
      '1': 'Grey: 0.299 red + 0.587 green + 0.114 blue.',
    },
    default: 3,
    doc: 'What is kept of the colours of the pictures of `image-folder`.',
    source: 'ITU-R BT.601 (grey)',
  },
  size: {
    kind: 'integer',
    min: 1,
    max: 4096,
    optional: true,
    unit: 'pixels',
    aka: ['resize', 'image_size'],
    doc:
      'Each picture of `image-folder` is scaled until its shorter side has so many pixels, and the middle is cut out to a square. ' +
      'Without it all pictures have to be of one size.',
  },
  onCorrupt: {
    kind: 'enum',
    values: ['fail', 'skip'],
    valueDocs: {
      fail: 'The run does not begin, and the picture is named.',
      skip: 'It is left out, and a warning of the run names it.',
    },
    default: 'fail',
    doc: 'What happens when a picture of `image-folder` cannot be read.',
  },
} as const satisfies Record<string, Schema>;

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
        npy: 'Your own arrays: `x_train.npy` with the inputs and `y_train.npy` with the labels, in `path`; other names under `files`.',
        'image-folder':
          'Your own PNG and JPEG pictures, a folder for each class, in `path` or in its `train`; also the layout of Tiny ImageNet.',
      },
      valuesAka: { numpy: 'npy', imagefolder: 'image-folder', images: 'image-folder' },
      default: 'synthetic-digits',
      aka: ['name', 'dataset'],
      doc: 'The data set, by its name.',
    },
    path: {
      kind: 'string',
      optional: true,
      aka: ['dir', 'root', 'folder', 'directory'],
      doc:
        'Folder with the files of the data set; a relative one starts at the folder of the config. ' +
        '**Sparsescope: Download Data Set** fetches those of `mnist`, `cifar-10` and `cifar-100`.',
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
    ...own,
  },
} as const satisfies ObjectSchema;
