/** The words of a config about training: one part of the table in schema.ts. */
import { eoiSpecs } from './schema-model';
import type { ObjectSchema } from './schema-types';

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
      formula: 'd_L = d_0 (1 - fraction)^L',
    },
    step: {
      kind: 'integer',
      min: 0,
      max: 1_000_000_000,
      default: 500,
      unit: 'steps',
      doc: 'The step weights go back to; 0 is the initialisation.',
      formula: 'w = mask_L * w(step)',
    },
    fraction: {
      kind: 'number',
      above: 0,
      below: 1,
      default: 0.2,
      unit: 'share of the weights that are left',
      doc: 'How many are pruned at each level, rounded up.',
      formula: 'pruned = ceil(fraction * left), by |w| over the network',
    },
  },
} as const satisfies ObjectSchema;

export const train = {
  kind: 'object',
  doc: 'How the network is trained.',
  aka: ['training'],
  keys: {
    optimizer: {
      kind: 'object',
      doc: 'How weights follow the gradient, with the semantics of `torch.optim`.',
      aka: ['optimiser', 'optim'],
      keys: {
        name: {
          kind: 'enum',
          values: ['sgd', 'adam', 'adamw'],
          valueDocs: {
            sgd: 'Stochastic gradient descent with momentum.',
            adam: 'Steps by the running mean of the gradient over its running deviation; betas 0.9 and 0.999. Rates near 0.001 suit it.',
            adamw: 'As `adam`, with weight decay that pulls the weights themselves.',
          },
          valueFacts: {
            adam: {
              formula:
                'm = 0.9 m + 0.1 g; v = 0.999 v + 0.001 g^2; w -= rate * (m / (1 - 0.9^t)) / (sqrt(v / (1 - 0.999^t)) + 1e-8)',
              source: 'Kingma, Ba, "Adam" (ICLR 2015)',
            },
            adamw: {
              formula: 'w *= 1 - rate * weightDecay; then as adam, without weight decay in g',
              source: 'Loshchilov, Hutter, "Decoupled Weight Decay Regularization" (ICLR 2019)',
            },
          },
          default: 'sgd',
          doc: 'The method.',
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
          doc: 'For `sgd`: share of the last update that is kept.',
          source: eoiSpecs,
        },
        nesterov: {
          kind: 'boolean',
          default: true,
          doc: 'For `sgd`: Nesterov momentum, which looks one step ahead.',
          source: eoiSpecs,
        },
        weightDecay: {
          kind: 'number',
          min: 0,
          max: 1,
          default: 1e-4,
          aka: ['wd', 'l2', 'decay'],
          doc: 'Pulls the weights of layers towards zero; biases, norms, embeddings and positions are left alone, unless `decayAll`.',
          source: eoiSpecs,
        },
        decayAll: {
          kind: 'boolean',
          default: false,
          aka: ['decay_all', 'decay_bias', 'decay_norm'],
          doc: 'Whether `weightDecay` pulls biases, norms, embeddings and positions too, as `torch.optim` does with a single group of parameters.',
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
          values: ['constant', 'step', 'cosine', 'warmup-cosine'],
          valueDocs: {
            constant: 'It stays.',
            step: 'It is multiplied by `factor` at each share of the steps in `at`.',
            cosine: 'It falls to 0 along half a cosine wave.',
            'warmup-cosine':
              'It rises in a line over the first `warmup` of the steps, then falls to 0 along half a cosine wave: `cosine` with a warm-up that is a share.',
          },
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
        warmup: {
          kind: 'number',
          above: 0,
          below: 1,
          default: 0.05,
          unit: 'share of all steps',
          aka: ['warmup_ratio'],
          doc: 'For `warmup-cosine`: how long the learning rate rises.',
        },
        warmupSteps: {
          kind: 'integer',
          min: 0,
          max: 1_000_000_000,
          default: 0,
          unit: 'steps',
          aka: ['warmup_steps', 'warmup_iters', 'num_warmup_steps'],
          doc: 'Before any schedule: the learning rate rises in a line over so many steps; 0: it begins in full. `cosine` falls over the steps that are left; the moments of `step` stay shares of all steps.',
          formula: 'rate(t) = learningRate (t + 1) / warmupSteps for t < warmupSteps, then as `name` says',
          source: 'Goyal et al., "Accurate, Large Minibatch SGD" (arXiv 1706.02677), section 2.2',
        },
      },
    },
    epochs: {
      kind: 'integer',
      min: 0,
      max: 100_000,
      default: 2,
      doc: 'Passes over the training examples; 0: the network is initialised and probed only.',
    },
    steps: {
      kind: 'integer',
      min: 1,
      max: 1_000_000_000,
      optional: true,
      unit: 'steps',
      aka: ['maxSteps', 'max_steps', 'iterations'],
      doc: 'How long is trained, in place of `epochs`: the last epoch ends where the steps do, and is validated there.',
    },
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
    microBatch: {
      kind: 'union',
      default: 'auto',
      unit: 'examples',
      aka: ['micro_batch', 'micro_batch_size', 'gradient_accumulation', 'accumulate_grad_batches'],
      of: [
        {
          kind: 'enum',
          values: ['auto'],
          valueDocs: { auto: 'The fewest equal parts of the batch with which a step takes no more than `memory`.' },
          doc: 'As many as fit.',
        },
        { kind: 'integer', min: 1, max: 65_536, unit: 'examples', doc: 'So many, and of the last part the rest.' },
      ],
      doc:
        'Examples of a batch whose gradient is computed at the same time. The gradients of all parts are added up, so the step is that of the whole batch; ' +
        'batch norms alone see one part at a time, and their running averages follow each.',
      formula: 'gradient = sum over parts of (1 / batchSize) sum over examples of dL/dw',
    },
    memory: {
      kind: 'number',
      above: 0,
      max: 4,
      default: 3,
      unit: 'GiB',
      aka: ['max_memory', 'memory_limit'],
      doc:
        'What a training step may take, by an estimate from the layers: weights, masks, gradients, what the optimizer remembers, and what is kept of each example. ' +
        'An engine can hold 4 GiB.',
    },
    labelSmoothing: {
      kind: 'number',
      min: 0,
      below: 1,
      default: 0,
      aka: ['label_smoothing', 'smoothing'],
      doc: 'Share of each target that is spread evenly over all classes, in training only.',
      formula: 'target = (1 - s) at the label + s / classes everywhere',
      source: 'Szegedy et al., "Rethinking the Inception Architecture" (CVPR 2016), section 7',
    },
    clipNorm: {
      kind: 'number',
      above: 0,
      optional: true,
      aka: ['clip', 'grad_clip', 'max_norm', 'gradient_clip_val'],
      doc: 'Gradients are scaled down to this Euclidean norm, of all of them together, where it is larger. Without it they are left alone.',
    },
    earlyStop: {
      kind: 'object',
      doc: 'Ends the training when it no longer helps.',
      aka: ['early_stopping', 'earlyStopping'],
      keys: {
        patience: {
          kind: 'integer',
          min: 0,
          max: 100_000,
          default: 0,
          unit: 'epochs',
          doc: 'The run ends after so many epochs without a lower validation loss; 0: never before its time.',
        },
      },
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
