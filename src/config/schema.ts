/**
 * The words of a config: the one table from which types, defaults, JSON Schema, docs page, hovers and completions come.
 */
import type { DataSource } from '../core/data-sets';
import { dataSets } from '../core/data-sets';
import { eoiSpecs, model } from './schema-model';
import { sparsity } from './schema-sparsity';
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

const rewind = {
  kind: 'object',
  doc:
    'Lottery tickets: the whole training is done `levels` times more. Before each, the smallest weights are pruned over the whole ' +
    'network, but for the largest of each layer, and the others go back to their values at `step`.',
  source: 'Frankle et al., "Linear Mode Connectivity and the Lottery Ticket Hypothesis" (arXiv 1912.05671)',
  aka: ['lottery', 'imp', 'ltr'],
  keys: {
    levels: {
      kind: 'integer',
      min: 0,
      max: 100,
      default: 0,
      doc: 'How often is pruned and rewound; 0: never. The density falls to (1 - `fraction`)^`levels` of what it was.',
    },
    step: {
      kind: 'integer',
      min: 0,
      max: 1_000_000_000,
      default: 500,
      unit: 'steps',
      doc: 'The step weights go back to; 0 is the initialisation.',
    },
    fraction: {
      kind: 'number',
      above: 0,
      below: 1,
      default: 0.2,
      unit: 'share of the weights that are left',
      doc: 'How many are pruned at each level, rounded up.',
    },
  },
} as const satisfies ObjectSchema;

const train = {
  kind: 'object',
  doc: 'How the network is trained.',
  aka: ['training'],
  later: ['labelSmoothing'],
  keys: {
    optimizer: {
      kind: 'object',
      doc: 'Stochastic gradient descent with the semantics of `torch.optim.SGD`.',
      aka: ['optimiser', 'optim'],
      keys: {
        name: {
          kind: 'enum',
          values: ['sgd'],
          later: ['adam', 'adamw'],
          default: 'sgd',
          doc: 'The method: stochastic gradient descent.',
        },
        learningRate: {
          kind: 'number',
          above: 0,
          max: 100,
          default: 0.05,
          aka: ['lr', 'eta'],
          doc: 'Step size at the start.',
        },
        momentum: {
          kind: 'number',
          min: 0,
          below: 1,
          default: 0.9,
          doc: 'Share of the last update that is kept.',
          source: eoiSpecs,
        },
        nesterov: { kind: 'boolean', default: true, doc: 'Nesterov momentum: looks one step ahead.', source: eoiSpecs },
        weightDecay: {
          kind: 'number',
          min: 0,
          max: 1,
          default: 1e-4,
          aka: ['wd', 'l2', 'decay'],
          doc: 'Pulls weights towards zero; biases are left alone.',
          source: eoiSpecs,
        },
      },
    },
    schedule: {
      kind: 'object',
      doc: 'How the learning rate changes.',
      aka: ['scheduler', 'lr_schedule'],
      keys: {
        name: {
          kind: 'enum',
          values: ['constant', 'step', 'cosine'],
          valueDocs: {
            constant: 'It stays.',
            step: 'It is multiplied by `factor` at each share of the steps in `at`.',
            cosine: 'It falls to 0 along half a cosine wave.',
          },
          later: ['warmup-cosine'],
          default: 'constant',
          doc: 'The rule by which the learning rate changes.',
        },
        at: {
          kind: 'list',
          items: { kind: 'number', min: 0, max: 1, unit: 'share of all steps', doc: 'A moment.' },
          maxItems: 100,
          default: [0.5, 0.75],
          unit: 'shares of all steps',
          aka: ['milestones'],
          doc: 'For `step`: when the learning rate is multiplied.',
          source: eoiSpecs,
        },
        factor: {
          kind: 'number',
          above: 0,
          max: 1,
          default: 0.1,
          aka: ['gamma'],
          doc: 'For `step`: by what the learning rate is multiplied.',
          source: eoiSpecs,
        },
      },
    },
    epochs: { kind: 'integer', min: 1, max: 100_000, default: 2, doc: 'Passes over the training examples.' },
    batchSize: {
      kind: 'integer',
      min: 1,
      max: 65_536,
      default: 128,
      unit: 'examples',
      aka: ['batch', 'bs'],
      doc: 'Examples in one step.',
      source: eoiSpecs,
    },
    checkpointEvery: {
      kind: 'integer',
      min: 0,
      max: 1_000_000_000,
      default: 500,
      unit: 'steps',
      doc:
        'How often weights, masks and momentum are saved; 0: only at the end. ' +
        'A run that was interrupted goes on from the last checkpoint.',
    },
    rewind,
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
