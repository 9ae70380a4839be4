/**
 * The words of a config: the one table from which types, defaults, JSON Schema, docs page, hovers and completions come.
 */
import type { DataSource } from '../core/data-sets';
import { dataSets } from '../core/data-sets';
import { eoiSpecs, model } from './schema-model';
import { sparsity } from './schema-sparsity';
import { train } from './schema-train';
import type { ObjectSchema } from './schema-types';

const sources = Object.keys(dataSets) as DataSource[];

const data = {
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

const probes = {
  kind: 'object',
  doc: 'What is measured on the way.',
  later: ['divergence'],
  keys: {
    jacobian: {
      kind: 'object',
      doc: 'Singular values of the input-output Jacobian, by example.',
      keys: {
        at: {
          kind: 'list',
          maxItems: 1_000,
          items: {
            kind: 'union',
            doc: 'A step number or `end`.',
            of: [
              { kind: 'integer', min: 0, max: 1_000_000_000, doc: 'A step; 0 is before the first update.' },
              { kind: 'enum', values: ['end'], doc: 'After the last step.' },
            ],
          },
          default: [0, 'end'],
          unit: 'steps',
          doc: 'When it is measured: step numbers and `end`. An empty list measures nothing.',
        },
        samples: {
          kind: 'integer',
          min: 1,
          max: 1_024,
          default: 32,
          unit: 'examples',
          doc: 'Of how many validation examples.',
        },
      },
    },
    spectra: {
      kind: 'object',
      doc: 'Singular values of every weight matrix.',
      keys: {
        every: {
          kind: 'integer',
          min: 0,
          max: 1_000_000_000,
          default: 500,
          unit: 'steps',
          doc: 'How often they are measured; 0: only at step 0 and the end, which always are.',
        },
      },
    },
  },
} as const satisfies ObjectSchema;

/** A whole config. */
export const configSchema = {
  kind: 'object',
  doc: 'A network, its data, how sparse it is, how it is trained and what is measured.',
  later: ['extends', 'sharing', 'compute', 'sweep'],
  keys: {
    version: { kind: 'enum', values: [1], required: true, doc: 'Version of these words.' },
    name: {
      kind: 'string',
      default: 'run',
      pattern: {
        regex: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$',
        words: 'a letter or digit, then letters, digits, `.`, `_` or `-`, at most 64',
        example: 'mlp7-eoi',
      },
      doc: 'Name of the run; its folder is `NAME-1`, the next one `NAME-2`.',
    },
    seed: {
      kind: 'integer',
      min: 0,
      max: Number.MAX_SAFE_INTEGER,
      default: 1,
      doc: 'Every random choice derives from it: the same seed on the same backend gives the same run.',
    },
    model,
    data,
    sparsity,
    train,
    probes,
  },
} as const satisfies ObjectSchema;
