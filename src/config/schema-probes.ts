/** The words of a config's `probes`. */
import type { ObjectSchema } from './schema-types';

const steps = {
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
  unit: 'steps',
  doc: 'When it is measured: step numbers and `end`.',
} as const;

export const probes = {
  kind: 'object',
  doc: 'What is measured on the way.',
  keys: {
    jacobian: {
      kind: 'object',
      doc: 'Singular values of the input-output Jacobian, by example.',
      keys: {
        at: { ...steps, default: [0, 'end'], doc: `${steps.doc} An empty list measures nothing.` },
        samples: {
          kind: 'integer',
          min: 1,
          max: 1_024,
          default: 32,
          unit: 'examples',
          doc: 'Of how many validation examples.',
        },
        depths: {
          kind: 'integer',
          min: 0,
          max: 64,
          default: 16,
          unit: 'layers',
          doc: 'Of how many layers, evenly spread, the Jacobian by the inputs is measured too, over at most 8 examples; 0: none. Exactly for chains of linear layers and activations (up to about 500 wide), else estimated; of fewer layers where it would take more than `budget`.',
        },
        budget: {
          kind: 'number',
          above: 0,
          max: 1_000_000,
          default: 8,
          unit: '10^9 multiply-adds',
          doc: 'How long the Jacobian of layers (`depths`) may take each time: by itself some seconds on WebAssembly. Where it is not enough for all layers it is measured of fewer, and of fewer examples. On the backend `cpu`, plain JavaScript, a thirtieth of it counts.',
        },
      },
    },
    signals: {
      kind: 'object',
      doc: 'How signals and gradients go through each layer, beside what mean-field theory predicts, with dead units and the weights that are on a path. Throughput and memory are recorded at the same steps, and after each epoch.',
      keys: {
        at: { ...steps, default: [], doc: `${steps.doc} Without it and \`every\` nothing is measured.` },
        every: {
          kind: 'integer',
          min: 0,
          max: 1_000_000_000,
          default: 0,
          unit: 'steps',
          doc: 'How often they are measured besides, step 0 and the end included; 0: only `at`.',
        },
        samples: {
          kind: 'integer',
          min: 1,
          max: 1_024,
          default: 128,
          unit: 'examples',
          doc: 'Of how many validation examples, all in one batch; fewer where so many do not fit in `train.memory`.',
        },
      },
    },
    divergence: {
      kind: 'object',
      doc: 'Of `sharing`: by how much each layer is moved for its size, and how much the memory has grown, so that a divergence is seen where it begins. Layers that die, and batch norms whose variance blows up, are looked for at these steps too.',
      keys: {
        at: { ...steps, default: [], doc: `${steps.doc} Besides those of \`every\`.` },
        every: {
          kind: 'integer',
          min: 0,
          max: 1_000_000_000,
          default: 50,
          unit: 'steps',
          doc: 'How often it is measured, from step 0 on; 0: only `at`.',
        },
      },
    },
    spectra: {
      kind: 'object',
      doc: 'Singular values of every weight matrix.',
      keys: {
        at: {
          ...steps,
          default: [0, 'end'],
          doc: `${steps.doc} With an empty list and \`every: 0\` nothing is measured.`,
        },
        every: {
          kind: 'integer',
          min: 0,
          max: 1_000_000_000,
          default: 500,
          unit: 'steps',
          doc: 'How often they are measured besides, step 0 and the end included; 0: only `at`.',
        },
      },
    },
  },
} as const satisfies ObjectSchema;
