/** The words of a config about masks that change: one part of the table in schema.ts. */
import { scheduleFacts, settingFacts, updateFacts } from './method-facts';
import type { ObjectSchema } from './schema-types';

export const update = {
  kind: 'object',
  doc:
    'How the mask changes while the network is trained. With which settings the paper on `eoi` did so (its Appendix I) is not ' +
    'public.',
  aka: ['dst'],
  keys: {
    method: {
      kind: 'enum',
      values: ['static', 'set', 'rigl', 'gradual-magnitude', 'one-shot'],
      valueDocs: {
        static: 'It does not.',
        set: 'Drops the smallest weights and grows as many at random places.',
        rigl: 'Drops the smallest weights and grows as many where the gradient is largest.',
        'gradual-magnitude': 'Begins dense and drops the smallest weights of the network bit by bit until `density`.',
        'one-shot': 'Begins dense and drops the smallest weights of the network once, at `until`, down to `density`.',
      },
      valueFacts: updateFacts,
      default: 'static',
      doc: 'The rule by which weights are dropped and grown.',
      aka: ['growth'],
    },
    every: {
      kind: 'integer',
      min: 1,
      max: 1_000_000_000,
      default: 100,
      unit: 'steps',
      aka: ['update_frequency', 'updateEvery'],
      doc: 'Steps between two updates of the mask. One of `rigl` takes the place of the step of the optimizer.',
      ...settingFacts.updateEvery,
    },
    dropFraction: {
      kind: 'number',
      above: 0,
      max: 1,
      default: 0.3,
      unit: 'share of the weights kept',
      aka: ['death_rate', 'prune_rate', 'alpha'],
      doc:
        'How many weights of each layer are dropped at the first update of `set` and `rigl`. Where a layer has fewer free places ' +
        'than that, no more of its places change.',
      ...settingFacts.dropFraction,
    },
    schedule: {
      kind: 'enum',
      values: ['constant', 'cosine', 'inverse-power'],
      valueDocs: {
        constant: 'The same at every update.',
        cosine: 'Along a cosine to 0 where `until` is.',
        'inverse-power': 'Fast at first, then slowly to 0 where `until` is.',
      },
      valueFacts: scheduleFacts,
      default: 'cosine',
      doc: 'How `dropFraction` changes.',
    },
    until: {
      kind: 'number',
      above: 0,
      max: 1,
      default: 0.75,
      unit: 'share of all steps',
      doc: 'When the last update may be.',
      ...settingFacts.updateUntil,
    },
  },
} as const satisfies ObjectSchema;
