/** Configs whose section `sharing` has something wrong, by what it is. */
import { yaml } from './bad-configs';
import type { BadConfig } from './bad-configs';

const head = 'version: 1\nmodel: { preset: mlp-7 }\n';
const sharing = (what: string, text: string, rest = ''): BadConfig => yaml(what, `${head}sharing: ${text}\n${rest}`);
const adam = 'train: { optimizer: { name: adam, learningRate: 0.001 } }\n';

export const badSharing: BadConfig[] = [
  sharing('sparse and shared', '{}', 'sparsity: { density: 0.1 }\n'),
  sharing('a compression below 1', '{ compression: 0.1 }'),
  sharing('a compression that leaves no location', '{ compression: 1e6 }'),
  sharing('a method that is none', '{ method: lora }'),
  sharing('a mapping of the public code', '{ mapping: pareto }'),
  sharing('a scaler of the public code', '{ method: roast, initStd: 0.3, scaler: v5 }'),
  sharing('an init-std of a method without', '{ initStd: 0.04 }'),
  sharing('an init-std of a method without, in lines', '\n  compression: 10 # times\n  initStd: 0.04 # as published'),
  sharing('a scaler of a method that is one', '{ method: stable-rps, scaler: v1 }'),
  sharing('a tile larger than the memory', '{ mapping: roast, compression: 1000 }'),
  sharing('a chunk larger than the memory of a layer', '{ mapping: robe, scope: local, chunk: 64, compression: 100 }'),
  sharing('a tile without width', '{ mapping: roast, compression: 10, tile: [32, 0] }'),
  sharing('a tile of three sides', '{ mapping: roast, tile: [32, 32, 3] }'),
  sharing('a tile of no tiles', '{ tile: [16, 16] }'),
  sharing('a chunk of no chunks', '{ chunk: 16 }'),
  sharing('an old start without an old method', '{ compat: true }'),
  sharing('layers that are all too small', '{ include: { minSize: 1000000 } }'),
  sharing('a layer that is none', '{ include: { names: [fc1, cf2] } }'),
  sharing('a pattern that fits none', "{ include: { names: ['conv*'] } }"),
  sharing('a scaler that Adam undoes', '{ method: roast, mapping: fold, initStd: 0.3, scaler: v1 }', adam),
  sharing('lottery tickets of shared weights', '{}', 'train: { epochs: 20, rewind: { levels: 2, step: 5 } }\n'),
  sharing('ROAST as published, predicted to diverge', '{ method: roast }'),
  sharing('HashedNet, predicted to stand still', '{ method: hashednet, initStd: 100 }'),
  sharing('ROAST under Adam, predicted to diverge', '{ method: roast, mapping: fold, initStd: 0.0001 }', adam),
  sharing('a mapping that wastes memory', '{ method: roast, initStd: 0.3, compression: 1.5 }'),
  sharing('a gain that vanishes', '{ gain: { weight: 1e-38 } }'),
  sharing('a critical gain of a base with a gain', '{ gain: { weight: critical } }'),
  sharing('a slip in a key', '{ compresion: 4 }'),
  sharing('a word of other tools', '{ mapper: fold }'),
  sharing('a value in place of keys', '10'),
  yaml('a probe of sharing without', `${head}probes: { divergence: { every: 10 } }\n`),
  yaml(
    'only dense layers to share',
    'version: 1\nmodel: { layers: [{ name: fc1, linear: { in: 784, out: 10, dense: true } }] }\nsharing: {}\n',
  ),
  yaml(
    'a dense layer to share',
    'version: 1\nmodel: { layers: [{ name: fc1, linear: { in: 784, out: 10 } }, { name: fc2, linear: { in: 10, out: 10, dense: true } }] }\n' +
      'sharing: { include: { names: [fc2] } }\n',
  ),
  yaml('variants that are none', `${head}sweep: { variants: [snip, { name: erk, sparsity: { density: 0.2 } }] }\n`),
  yaml('a variant without a name', `${head}sweep: { variants: [{ sparsity: { density: 0.2 } }] }\n`),
  yaml('variants of one name', `${head}sweep: { variants: [{ name: a }, { name: a, sharing: {} }] }\n`),
  yaml('a variant with a slip in a key', `${head}sweep: { variants: [{ name: a, sparsty.density: 0.1 }] }\n`),
  yaml('a variant with a slip in a value', `${head}sweep: { variants: [{ name: a, sharing: { mapping: pareto } }] }\n`),
  yaml(
    'a variant that sets what is swept',
    `${head}sweep: { variants: [{ name: a, sparsity: { density: 0.2 } }], sparsity.density: [0.1, 0.2] }\n`,
  ),
  yaml('a variant of another version', `${head}sweep: { variants: [{ name: a, version: 1 }] }\n`),
  yaml(
    'a variant that fails',
    `${head}sweep: { variants: [{ name: a, sharing: {} }, { name: b, sharing: { compression: 1e6 } }], seed: [1, 2] }\n`,
  ),
  yaml(
    'a sweep of which some trials are predicted to diverge',
    `${head}sharing: { method: roast, mapping: fold, compression: 4 }\nsweep: { sharing.initStd: [0.001, 0.2, 1] }\n`,
  ),
];
