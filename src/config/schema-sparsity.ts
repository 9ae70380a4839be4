/** The words of a config about sparsity: one part of the table in schema.ts. */
import { angles, convDensity, eoiPaper, pattern } from './schema-eoi';
import { distributionFacts, fanFacts, initFacts, settingFacts } from './method-facts';
import { base, gain, layerPattern } from './schema-dense';
import { update } from './schema-update';
import type { ObjectSchema, Schema } from './schema-types';

const saoDegree = {
  kind: 'integer',
  min: 1,
  max: 65_536,
  unit: 'weights',
  doc: 'Weights in each row, or column of a tall layer.',
} as const satisfies Schema;

export const sparsity = {
  kind: 'object',
  doc: 'Which weights there are.',
  keys: {
    density: {
      kind: 'number',
      above: 0,
      max: 1,
      default: 0.1,
      unit: 'share of the maskable weights',
      doc: 'Share of weights kept, over the whole network: 1 - sparsity. Biases are always kept.',
    },
    distribution: {
      kind: 'enum',
      values: ['uniform', 'uniform-plus', 'er', 'erk', 'balanced', 'random', 'magnitude', 'snip', 'grasp', 'synflow'],
      valueDocs: {
        uniform: 'Every layer has the same density.',
        'uniform-plus':
          'As `uniform`, but the first convolution stays dense and the last linear layer keeps at least a fifth.',
        er: 'Erdős-Rényi: small layers are denser.',
        erk: 'Erdős-Rényi kernel: the same with the kernel counted in.',
        balanced: 'Every layer has the same count of weights, as far as it has them.',
        random: 'Scores drawn at random over the whole network.',
        magnitude: 'The largest weights of the dense initialisation `base`, over the whole network.',
        snip: 'Connection sensitivity: how much the loss of one batch depends on a weight being there.',
        grasp: 'What keeps the gradient of one batch flowing.',
        synflow: 'The largest synaptic flow, found in `synflow.iterations` rounds without data.',
      },
      valueFacts: distributionFacts,
      valuesAka: { 'erdos-renyi': 'er', 'erdos-renyi-kernel': 'erk', global_magnitude: 'magnitude' },
      default: 'erk',
      doc:
        'How the density is shared among the layers: by their shapes (`uniform` to `balanced`), or by scores of the weights of the dense ' +
        'initialisation `base` (`random` to `synflow`). `init: base` and `ai` keep the weights that scored; `eoi` takes over the densities only.',
      source: 'Evci et al., "Rigging the Lottery" (2020); Nowak et al. (arXiv 2406.01755), section 4',
    },
    layers: {
      kind: 'map',
      keyPattern: layerPattern,
      maxKeys: 1_000,
      values: { kind: 'number', above: 0, max: 1, doc: 'Density of the layers with this name.' },
      doc: 'Densities of single layers, by name or pattern: `{ fc7: 1, "fc*": 0.2 }`. Of several patterns that fit, the one with the most letters counts. The others share what is left.',
      aka: ['overrides'],
    },
    init: {
      kind: 'enum',
      values: ['base', 'ai', 'sao', 'eoi', 'eis'],
      valueDocs: {
        base: 'The dense initialisation `base` times the mask: the mask breaks the orthogonality.',
        ai: 'Approximate isometry: gradient descent from `base` times the mask.',
        sao: 'Sparse by construction with `sao.degree` weights in each row or column, exactly orthogonal.',
        eoi: 'Exact orthogonal initialisation: a product of random Givens rotations, sparse and orthogonal at once; of a convolution, at the centre of the kernel.',
        eis: 'As `eoi`, but a convolution keeps whole kernels, as `sao` does: the density is that of the matrix at their centre.',
      },
      valueFacts: initFacts,
      valuesAka: { ei: 'eoi', orthogonal: 'base' },
      default: 'eoi',
      doc: 'How the sparse weights are drawn.',
      source: eoiPaper,
      aka: ['initialization', 'initialisation', 'init_type', 'sparse_init'],
    },
    base,
    fan: {
      kind: 'enum',
      values: ['dense', 'sparse'],
      valueDocs: {
        dense: 'All weights of the layer count.',
        sparse: 'Only the weights kept count, unit by unit, so that the variance survives the mask.',
      },
      valueFacts: fanFacts,
      default: 'dense',
      doc: 'What fan-in and fan-out count, with `init: base` and the normal distributions of `base`.',
    },
    gain,
    eoi: {
      kind: 'object',
      doc: 'Settings of `init: eoi` and `eis`.',
      keys: { angles, convDensity, pattern },
    },
    ai: {
      kind: 'object',
      doc: 'Settings of `init: ai`.',
      keys: {
        iterations: {
          kind: 'integer',
          min: 1,
          max: 1_000_000,
          default: 1_000,
          doc: 'Steps of gradient descent.',
          ...settingFacts.aiIterations,
        },
        learningRate: {
          kind: 'number',
          above: 0,
          max: 100,
          default: 0.1,
          doc: 'Step size of the descent.',
          ...settingFacts.aiLearningRate,
        },
      },
    },
    sao: {
      kind: 'object',
      doc: 'Settings of `init: sao`.',
      keys: {
        degree: {
          kind: 'union',
          optional: true,
          unit: 'weights',
          of: [
            saoDegree,
            {
              kind: 'map',
              keyPattern: layerPattern,
              maxKeys: 1_000,
              values: saoDegree,
              doc: 'Degrees of single layers, by name or pattern; the others are dense.',
            },
          ],
          doc:
            'Weights in each row, or column of a tall layer: of every layer, or by name or pattern, `{ "fc*": 16, fc1: 56 }`, with all other layers ' +
            'one dense orthogonal block. Without it, the degree nearest to the density of the layer.',
          ...settingFacts.saoDegree,
        },
      },
    },
    synflow: {
      kind: 'object',
      doc: 'Settings of `distribution: synflow`.',
      keys: {
        iterations: {
          kind: 'integer',
          min: 1,
          max: 10_000,
          default: 100,
          doc: 'Rounds of scoring and pruning.',
          ...settingFacts.synflowIterations,
        },
      },
    },
    update,
  },
} as const satisfies ObjectSchema;
