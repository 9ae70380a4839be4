/**
 * The words of a config about parameter sharing: one part of the table in schema.ts. What is not written: sharing.ts.
 */
import { mappingNames, scalerNames, sharingMethods, sharingScopes } from '../core/rps/names';
import { defaultChunk, defaultTile, mostChunk, mostTileSide } from '../core/rps/pieces';
import { base, gain, layerPattern } from './schema-dense';
import type { ObjectSchema } from './schema-types';
import { mappingFacts, scalerFacts, scopeFacts, sharingFacts, sharingKeyFacts, stablePaper } from './sharing-facts';

const side = { kind: 'integer', min: 1, max: mostTileSide, unit: 'weights', doc: 'A side of a tile.' } as const;

export const sharing = {
  kind: 'object',
  optional: true,
  doc:
    'Randomized parameter sharing, in place of `sparsity`: the weights of all layers are read out of one small memory, each from a place that a ' +
    'hash says and with a sign of its own. Every weight is there; what is stored and trained is the memory. Biases, norms and positions stay as they are.',
  source: stablePaper,
  aka: ['rps', 'parameter_sharing', 'weight_sharing', 'roast', 'hashing'],
  keys: {
    method: {
      kind: 'enum',
      values: sharingMethods,
      valueDocs: {
        hashednet: 'A memory for each layer, read weight by weight.',
        roast:
          'One memory for all layers, read tile by tile. Its stability depends on `initStd`: `sparsescope diagnose` tells how.',
        'stable-rps':
          'Folds the weights over the memory and scales each step by what its location is shared by: no init-std, and any learning rate that is stable for the dense network is.',
      },
      valueFacts: sharingFacts,
      valuesAka: {
        stablerps: 'stable-rps',
        rps: 'stable-rps',
        'hashed-nets': 'hashednet',
        'hashing-trick': 'hashednet',
      },
      default: 'stable-rps',
      doc: 'The method. It says what `scope`, `mapping` and `scaler` are where they are not written.',
      source: stablePaper,
    },
    compression: {
      kind: 'number',
      // The most depends on the network: its plan says it.
      min: 1,
      ratio: true,
      default: 10,
      unit: 'shared weights for each one stored',
      doc: 'How much smaller the memory is than the weights that are shared; 1: as large. What is not shared is not counted.',
      ...sharingKeyFacts.compression,
      aka: ['ratio', 'factor', 'compression_ratio'],
    },
    scope: {
      kind: 'enum',
      optional: true,
      values: sharingScopes,
      valueDocs: {
        global: 'One memory for all layers.',
        local: 'Each layer shares with itself alone: its part of the memory is as large as its part of the weights.',
      },
      valueFacts: scopeFacts,
      valuesAka: { gms: 'global', lms: 'local' },
      doc: 'Who shares with whom. Without it `local` with `hashednet`, else `global`.',
    },
    mapping: {
      kind: 'enum',
      optional: true,
      values: mappingNames,
      valueDocs: {
        random: 'Each weight lies where the hash of its number says.',
        hashednet: 'Each weight lies where the hash of its layer, row and column says.',
        roast: 'Tiles of the weight matrix lie together in the memory, each where the hash of the tile says.',
        robe: 'Runs of `chunk` weights lie together, each where the hash of the run says.',
        fold: 'The weights are cut into parts as long as the memory, each turned by a random rotation: every location has as many sharers, and no index is kept.',
      },
      valueFacts: mappingFacts,
      valuesAka: {
        pareto: 'fold',
        'pareto-cyclic': 'fold',
        randomfold: 'fold',
        tile: 'roast',
        tiles: 'roast',
        'robe-z': 'robe',
        hash: 'hashednet',
      },
      doc: 'Where each weight lies in the memory. Without it that of the method: `fold`, `roast` or `hashednet`.',
      aka: ['mapper', 'hash'],
    },
    tile: {
      kind: 'list',
      length: 2,
      items: side,
      default: defaultTile,
      unit: 'weights',
      doc: 'Of `mapping: roast`: rows and columns of a tile of the weight matrix, (out, in). No larger than the layer.',
      ...sharingKeyFacts.tile,
      aka: ['block', 'block_size', 'tile_size'],
    },
    aligned: {
      kind: 'boolean',
      default: false,
      doc: 'Of `mapping: roast`: tiles begin at multiples of their size, so that each is in as few cache lines as possible. What is left at the end of the memory is not used.',
      ...sharingKeyFacts.aligned,
    },
    chunk: {
      kind: 'integer',
      min: 1,
      max: mostChunk,
      default: defaultChunk,
      unit: 'weights',
      doc: 'Of `mapping: robe`: how many weights of a row lie together, no more than a row has.',
      ...sharingKeyFacts.chunk,
      aka: ['chunk_size', 'Z'],
    },
    initStd: {
      kind: 'number',
      // The steps grow with 1 / s^2, which float32 is to hold.
      min: 1e-12,
      max: 1e6,
      optional: true,
      doc:
        'Of `roast` and `hashednet`: the deviation s with which the memory is drawn. Without it 0.04. The weights begin the same whatever it is, but each step ' +
        'moves them by 1 / s^2 as much. `stable-rps` has none.',
      ...sharingKeyFacts.initStd,
      aka: ['init_std', 'std', 'roast_init_std'],
    },
    scaler: {
      kind: 'enum',
      optional: true,
      values: scalerNames,
      valueDocs: {
        none: 'The gradient as it is, the sum over the sharers: ROAST as published.',
        v1: 'Divided by the square of the sum of lambda by the sharers: independent of `initStd`, but up to 1 + CV(lambda)^2 too large.',
        v2: 'Divided by the sum of lambda; depends on `initStd`.',
        v3: 'Divided by the mean of lambda; depends on `initStd`.',
        v4: 'Divided by the root of the sum of squares; depends on `initStd`.',
        theory: 'Divided by the sum of squares, Gamma: a learning rate that is stable for the dense network is stable.',
      },
      valueFacts: scalerFacts,
      valuesAka: { v5: 'theory', gamma: 'theory' },
      doc: 'What the gradient of a location is divided by. Without it `theory` with `stable-rps`, which has no other, else `none`. With Adam and AdamW, whose steps do not depend on the size of a gradient, only `theory` has an effect: a learning rate for each location.',
      aka: ['scaler_mode', 'grad_scaler'],
    },
    compat: {
      kind: 'boolean',
      default: false,
      doc: 'Begins as the public code does, whose memory is uniform while it divides by the bound, not the deviation: all shared weights are 0.577 times as large. To compare with its results; not of `stable-rps`.',
      ...sharingKeyFacts.compat,
    },
    include: {
      kind: 'object',
      doc: 'Which layers are shared: linear layers, convolutions and embeddings that are not `dense: true`.',
      keys: {
        minSize: {
          kind: 'integer',
          min: 1,
          default: 1,
          unit: 'weights',
          doc: 'Layers with fewer weights stay dense.',
          ...sharingKeyFacts.include,
          aka: ['min_size', 'module_limit_size'],
        },
        names: {
          kind: 'list',
          items: { kind: 'string', pattern: layerPattern, doc: 'A name or a pattern.' },
          minItems: 1,
          maxItems: 1_000,
          default: ['*'],
          doc: "Names or patterns: `['fc*', conv1]`. Layers that none of them fits stay dense.",
          ...sharingKeyFacts.include,
          aka: ['layers', 'modules'],
        },
      },
    },
    base: {
      ...base,
      default: 'kaiming-normal',
      doc: 'The dense initialisation whose deviation the weights of each layer begin with, and with which layers that are not shared are drawn.',
    },
    gain,
  },
} as const satisfies ObjectSchema;
