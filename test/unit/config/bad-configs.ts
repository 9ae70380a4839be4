/** Configs with something wrong, by what it is. Most begin as one that is right. */
const head = 'version: 1\nmodel: { preset: mlp-7 }\n';
export const layers = (...entries: string[]): string =>
  `version: 1\nmodel:\n  layers:\n${entries.map((entry) => `    - ${entry}\n`).join('')}`;
const wide = '{ name: fc1, linear: { in: 784, out: 32 } }';
const last = '{ name: fc2, linear: { in: 32, out: 10 } }';

export interface BadConfig {
  what: string;
  text: string;
  format?: 'yaml' | 'json';
}

export const yaml = (what: string, text: string): BadConfig => ({ what, text });
const json = (what: string, text: string): BadConfig => ({ what, text, format: 'json' });

const writing: BadConfig[] = [
  yaml('empty', ''),
  yaml('comments only', '# nothing yet\n\n'),
  yaml('byte order mark only', '\uFEFF'),
  // As bytes that are not UTF-8 are read.
  yaml('in UTF-16', `\uFFFD\uFFFD${head.replaceAll(/./gsu, '$&\0')}`),
  yaml('in Latin-1', `${head}name: gr\uFFFD\uFFFDe\n`),
  yaml('a word', 'mlp-7\n'),
  yaml('a list', '- version: 1\n'),
  yaml('a tab as indentation', `${head}sparsity:\n\tdensity: 0.1\n`),
  yaml('a bracket that is not closed', 'version: 1\nmodel: { preset: mlp-7\nseed: 1\n'),
  yaml('a quote that is not closed', 'version: 1\nname: "x\nmodel: { preset: mlp-7 }\n'),
  yaml('a key without a colon, while typing', 'version: 1\nmodel: { preset: mlp-7 }\nspars\nseed: 1\n'),
  yaml('two colons', `${head}name: a: b\n`),
  yaml('a key twice', `${head}seed: 1\nseed: 2\n`),
  yaml('a number as key', `${head}1: 2\n`),
  yaml('a list as key', `${head}? [a]\n: 1\n`),
  yaml('a merge key', `version: 1\nmodel: &m { preset: mlp-7 }\ndata:\n  <<: *m\n`),
  yaml('an alias without anchor', `${head}seed: *seed\n`),
  yaml('an alias inside its own anchor', `${head}probes: { jacobian: { at: &a [0, *a] } }\n`),
  yaml('a tag', `version: 1\nmodel: !net { preset: mlp-7 }\n`),
  yaml('two documents', `${head}---\nversion: 1\n`),
  yaml('YAML 1.1', `%YAML 1.1\n---\n${head}`),
  yaml('a mistake after an emoji', `${head}data: { source: 😀 } # one emoji is two UTF-16 units\n`),
  yaml('a mistake after CRLF lines', head.replaceAll('\n', '\r\n') + 'sed: 1\r\n'),
  yaml('a mistake after a byte order mark', `\uFEFFvers: 1\nmodel: { preset: mlp-7 }\n`),
  json('JSON with a comment', '{ // first\n  "version": 1 }\n'),
  json('JSON with single quotes', "{ 'version': 1 }\n"),
  json('JSON with a trailing comma', '{ "version": 1, }\n'),
  json('JSON that ends early', '{ "version": 1, "model": { "preset": "mlp-7"'),
  json('JSON with a key twice', '{ "version": 1, "version": 1, "model": { "preset": "mlp-7" } }\n'),
  json('JSON with something after it', '{ "version": 1, "model": { "preset": "mlp-7" } } x\n'),
  json('JSON with a number of YAML', '{ "version": 01 }\n'),
];

const words: BadConfig[] = [
  yaml('no version', 'model: { preset: mlp-7 }\n'),
  yaml('a later version', 'version: 2\nmodel: { preset: mlp-7 }\n'),
  yaml('version as text', "version: '1'\nmodel: { preset: mlp-7 }\n"),
  yaml('no model', 'version: 1\nname: x\n'),
  yaml('an empty model', 'version: 1\nmodel:\n'),
  yaml('preset and layers', `version: 1\nmodel:\n  preset: mlp-7\n  layers: [${wide}]\n`),
  yaml('a slip in a key', `${head}sparsity: { densty: 0.1 }\n`),
  yaml('a slip in a first key', 'version: 1\nmodle: { preset: mlp-7 }\n'),
  yaml('snake case', `${head}train: { batch_size: 64 }\n`),
  yaml('a word of other tools', `${head}train: { optimizer: { lr: 0.1 } }\n`),
  yaml('a key of nothing', `${head}banana: 1\n`),
  yaml('a key in the wrong place', `${head}density: 0.1\n`),
  yaml('a word of other tools in the wrong place', `${head}train: { lr: 0.1 }\n`),
  yaml('a key of a later version', `${head}extends: ./base.sparse.yaml\n`),
  yaml('no threads', `${head}compute: { threads: 0 }\n`),
  yaml('half a thread', `${head}compute: { threads: 1.5 }\n`),
  yaml('an optimizer that is none', `${head}train: { optimizer: { name: adagrad } }\n`),
  yaml('momentum of adam', `${head}train: { optimizer: { name: adam, momentum: 0.5 } }\n`),
  yaml('a warm-up of another schedule', `${head}train: { schedule: { name: cosine, warmup: 0.1 } }\n`),
  yaml('a warm-up told twice', `${head}train: { schedule: { name: warmup-cosine, warmup: 0.1, warmupSteps: 5 } }\n`),
  yaml('a warm-up longer than the training', `${head}train: { steps: 100, schedule: { warmupSteps: 101 } }\n`),
  yaml('decay of everything by nothing', `${head}train: { optimizer: { weightDecay: 0, decayAll: true } }\n`),
  yaml(
    'lottery tickets that end early',
    `${head}train: { epochs: 20, rewind: { levels: 2, step: 5 }, earlyStop: { patience: 3 } }\n`,
  ),
  yaml('a pattern that fits no layer', `${head}sparsity: { layers: { 'conv*': 0.5 } }\n`),
  yaml('a pattern that is none', `${head}sparsity: { layers: { 'fc.1': 0.5 } }\n`),
  yaml('densities of layers that are no mapping', `${head}sparsity: { layers: 0.5 }\n`),
  yaml('layers that take more than there is', `${head}sparsity: { density: 0.1, layers: { fc1: 0.9 } }\n`),
  yaml('a layer without density', `${head}sparsity: { layers: { fc1: 0 } }\n`),
  yaml('a degree that does not divide', `${head}sparsity: { init: sao, sao: { degree: 16 } }\n`),
  yaml(
    'a degree of a layer that cannot have it',
    `${head}sparsity: { init: sao, sao: { degree: { 'fc*': 20, fc1: 30 } } }\n`,
  ),
  yaml('a degree of a layer that is not there', `${head}sparsity: { init: sao, sao: { degree: { conv1: 4 } } }\n`),
  yaml('a degree that is no number', `${head}sparsity: { init: sao, sao: { degree: { fc1: many } } }\n`),
  yaml('degrees far from the density', `${head}sparsity: { init: sao, density: 0.013 }\n`),
  yaml(
    'a stack that does not divide',
    `version: 1\nmodel: { layers: [{ name: a, linear: { in: 784, out: 10, stack: 4 } }] }\n`,
  ),
  yaml(
    'pruning in training of what is sparse from the start',
    `${head}sparsity: { init: sao, update: { method: one-shot } }\n`,
  ),
  yaml('synflow with a density of its own', `${head}sparsity: { distribution: synflow, layers: { fc1: 0.1 } }\n`),
  yaml(
    'tickets with changing masks',
    `${head}sparsity: { update: { method: rigl } }\ntrain: { rewind: { levels: 2, step: 10 } }\n`,
  ),
  yaml('tickets that rewind to after the end', `${head}train: { epochs: 1, rewind: { levels: 2, step: 5000 } }\n`),
  yaml('a gain that vanishes', `${head}sparsity: { gain: { weight: 1e-300 } }\n`),
  yaml('biases that vanish', `${head}sparsity: { gain: { weight: critical, bias: 1.0e-45 } }\n`),
  yaml('gains that overflow', `${head}sparsity: { gain: { weight: 1e39, bias: 1e300 } }\n`),
  yaml('a critical gain twice', `${head}sparsity: { init: base, base: kaiming-normal, gain: { weight: critical } }\n`),
  yaml(
    'a critical gain of two activations',
    `${layers(wide, '{ activation: tanh }', '{ name: fc2, linear: { in: 32, out: 32 } }', '{ activation: relu }', '{ name: fc3, linear: { in: 32, out: 10 } }')}sparsity: { gain: { weight: critical } }\n`,
  ),
  yaml(
    'a critical gain that there is not',
    'version: 1\nmodel: { preset: mlp-7, activation: relu }\nsparsity: { gain: { weight: critical, bias: 0.1 } }\n',
  ),
  yaml(
    'settings of other methods',
    `${head}sparsity: { init: base, ai: { iterations: 5 }, synflow: { iterations: 5 }, fan: sparse, update: { every: 5 } }\ntrain: { rewind: { step: 5 } }\n`,
  ),
  yaml('a convolution at the end', layers('{ name: conv1, conv: { in: 1, out: 16, kernel: 3 } }')),
  yaml(
    'a convolution of other channels than the data',
    layers('{ name: conv1, conv: { in: 3, out: 16 } }', '{ name: fc1, linear: { in: 12544, out: 10 } }'),
  ),
  yaml(
    'a linear layer that takes the channels of a convolution only',
    layers('{ name: conv1, conv: { in: 1, out: 16, stride: 2 } }', '{ name: fc1, linear: { in: 16, out: 10 } }'),
  ),
  yaml(
    'groups that do not divide',
    layers(
      '{ name: conv1, conv: { in: 1, out: 16 } }',
      '{ name: conv2, conv: { in: 16, out: 16, groups: 3 } }',
      '{ name: fc1, linear: { in: 12544, out: 10 } }',
    ),
  ),
  yaml(
    'a norm of another size',
    layers(
      '{ name: conv1, conv: { in: 1, out: 16 } }',
      '{ name: bn1, batchNorm: { size: 8 } }',
      '{ reshape: mean }',
      '{ name: fc1, linear: { in: 16, out: 10 } }',
    ),
  ),
  yaml('a pool of values', layers('{ name: fc1, linear: { in: 784, out: 10 } }', '{ pool: { size: 2 } }')),
  yaml(
    'a window larger than the picture',
    layers('{ pool: { size: 32 } }', '{ name: fc1, linear: { in: 1, out: 10 } }'),
  ),
  yaml(
    'a residual whose sides differ',
    layers(
      '{ name: conv1, conv: { in: 1, out: 16 } }',
      '{ residual: [{ name: conv2, conv: { in: 16, out: 32, stride: 2 } }] }',
      '{ reshape: mean }',
      '{ name: fc1, linear: { in: 32, out: 10 } }',
    ),
  ),
  yaml(
    'heads that do not divide',
    layers(
      '{ name: conv1, conv: { in: 1, out: 12, kernel: 7, stride: 7, padding: none } }',
      '{ reshape: tokens }',
      '{ name: attn, attention: { size: 12, heads: 5 } }',
      '{ reshape: mean }',
      '{ name: fc1, linear: { in: 12, out: 10 } }',
    ),
  ),
  yaml(
    'a layer in a residual that does not fit',
    layers(
      '{ name: conv1, conv: { in: 1, out: 16 } }',
      '{ residual: [{ name: conv2, conv: { in: 8, out: 16 } }] }',
      '{ reshape: mean }',
      '{ name: fc1, linear: { in: 16, out: 10 } }',
    ),
  ),
  yaml(
    'positions of another count',
    layers(
      '{ name: conv1, conv: { in: 1, out: 4, kernel: 7, stride: 7, padding: none } }',
      '{ reshape: tokens }',
      '{ name: pos, position: { tokens: 9, size: 4 } }',
      '{ reshape: mean }',
      '{ name: fc1, linear: { in: 4, out: 10 } }',
    ),
  ),
  yaml(
    'a network that ends with a picture',
    layers('{ name: conv1, conv: { in: 1, out: 10 } }', '{ pool: { size: 2 } }'),
  ),
  yaml('nothing to mask', layers('{ name: fc1, linear: { in: 784, out: 10, dense: true } }')),
  yaml(
    'grasp of a network of which one example is too much',
    'version: 1\nmodel: { preset: cnn, depth: 1000 }\ndata: { source: synthetic-images }\nsparsity: { distribution: grasp }\ntrain: { memory: 4 }\n',
  ),
  yaml('a depth that cannot be', 'version: 1\nmodel: { preset: cnn, depth: 3 }\n'),
  yaml('a depth of a preset that has one', 'version: 1\nmodel: { preset: resnet-20, depth: 32 }\n'),
  yaml(
    'two layers with a name in a residual',
    layers('{ name: fc1, linear: { in: 784, out: 10 } }', '{ residual: [{ name: fc1, linear: { in: 10, out: 10 } }] }'),
  ),
  yaml(
    'a kernel larger than the picture',
    layers(
      '{ name: conv1, conv: { in: 1, out: 16, kernel: [3, 29], padding: none } }',
      '{ name: fc1, linear: { in: 16, out: 10 } }',
    ),
  ),
  yaml(
    'a convolution after a linear layer',
    layers('{ name: fc1, linear: { in: 784, out: 10 } }', '{ name: conv1, conv: { in: 10, out: 10 } }'),
  ),
  yaml(
    'a convolution too sparse to be orthogonal',
    layers('{ name: conv1, conv: { in: 1, out: 16 } }', '{ name: fc1, linear: { in: 12544, out: 10 } }') +
      'sparsity: { density: 0.0001 }\n',
  ),
  yaml('a pattern of more than there is', `${head}sparsity: { eoi: { pattern: { nm: [4, 2] } } }\n`),
  yaml('a pattern of no weights', `${head}sparsity: { eoi: { pattern: { columnDegree: 0 } } }\n`),
  yaml('degrees of fewer rows than there are', `${head}sparsity: { eoi: { pattern: { rowDegree: [4, 4, 2] } } }\n`),
  yaml('degrees of no rows', `${head}sparsity: { eoi: { pattern: { columnDegree: [] } } }\n`),
  yaml('degrees that are none', `${head}sparsity: { eoi: { pattern: { rowDegree: [4, two] } } }\n`),
  yaml('degrees in words', `${head}sparsity: { eoi: { pattern: { rowDegree: many } } }\n`),
  yaml(
    'degrees of so few weights that no matrix is orthogonal',
    layers('{ name: fc1, linear: { in: 784, out: 10 } }') +
      'sparsity: { eoi: { pattern: { rowDegree: [0, 0, 1, 1, 1, 1, 1, 1, 1, 1] } } }\n',
  ),
  yaml('a degree above the fan-in', `${head}sparsity: { eoi: { pattern: { rowDegree: 200 } } }\n`),
  yaml('two kinds of angles at once', `${head}sparsity: { eoi: { angles: { fixed: 30, list: [3] } } }\n`),
  yaml('two patterns at once', `${head}sparsity: { eoi: { pattern: { nm: [2, 4], band: 3 } } }\n`),
  yaml(
    'scores, and layers that take more than there is',
    `${head}sparsity: { density: 0.1, distribution: magnitude, init: base, layers: { fc1: 0.9 } }\n`,
  ),
  yaml('a pattern that is none of the kinds', `${head}sparsity: { eoi: { pattern: 2:4 } }\n`),
  yaml('a pattern and a density', `${head}sparsity: { density: 0.2, eoi: { pattern: { nm: [2, 4] } } }\n`),
  yaml(
    'a pattern without effect',
    `${head}sparsity: { update: { method: one-shot }, eoi: { pattern: { nm: [2, 4] } } }\n`,
  ),
  yaml('the density of no convolution', `${head}sparsity: { eoi: { convDensity: as-given } }\n`),
  yaml('a preset of nothing', 'version: 1\nmodel: { preset: transformer }\n'),
  yaml('a slip in a word', `${head}data: { source: synthetic-digit }\n`),
  yaml('a word in capitals', `${head}data: { source: MNIST, path: ./data }\n`),
  yaml('sparsity as a number', `${head}sparsity: 0.9\n`),
  yaml('sparsity in sparsity', `${head}sparsity:\n  sparsity: 0.95\n`),
  yaml('a number in quotes', `${head}train: { epochs: "5" }\n`),
  yaml('a decimal comma', `${head}sparsity: { density: 0,1 }\n`),
  yaml('a decimal comma on a line of its own', `${head}sparsity:\n  density: 0,1\n`),
  yaml('per cent', `${head}sparsity: { density: 10% }\n`),
  yaml('per cent without the sign', `${head}sparsity: { density: 10 }\n`),
  yaml('a density of nothing', `${head}sparsity: { density: 0 }\n`),
  yaml('not a number', `${head}sparsity: { density: .nan }\n`),
  yaml('half an epoch', `${head}train: { epochs: 2.5 }\n`),
  yaml('a negative seed', `${head}seed: -1\n`),
  yaml('a seed beyond exact integers', `${head}seed: 99999999999999999999\n`),
  yaml('yes for true', `${head}train: { optimizer: { nesterov: yes } }\n`),
  yaml('an empty value', `${head}seed:\n`),
  yaml('a number as name', `${head}name: 5\n`),
  yaml('a name no folder can have', `${head}name: ../../etc/passwd\n`),
  yaml('a list for a number', `${head}seed: [1, 2]\n`),
  yaml('a number for a list', `${head}probes: { jacobian: { at: 0 } }\n`),
  yaml('a word for a step', `${head}probes: { jacobian: { at: [0, ende] } }\n`),
  yaml('an angle by itself', `${head}sparsity: { eoi: { angles: 45 } }\n`),
  yaml('a range by itself', `${head}sparsity: { eoi: { angles: [10, 80] } }\n`),
  yaml('a range of three', `${head}sparsity: { eoi: { angles: { range: [0, 45, 90] } } }\n`),
  yaml('angles of nothing', `${head}sparsity: { eoi: { angles: { normal: 45 } } }\n`),
  yaml('an activation by itself', layers(wide, 'tanh', last)),
  yaml('a layer without name', layers('linear: { in: 784, out: 10 }')),
  yaml('a layer name with a dot', layers('{ name: fc.1, linear: { in: 784, out: 10 } }')),
  yaml('no layers', 'version: 1\nmodel: { layers: [] }\n'),
  json('JSON with a slip', '{ "version": 1, "model": { "preset": "mlp7" }, "sed": 1 }\n'),
  json('JSON with per cent', '{ "version": 1, "model": { "preset": "mlp-7" }, "sparsity": 0.9 }\n'),
];

const requests: BadConfig[] = [
  yaml('too sparse for EOI', `${head}sparsity: { density: 0.0005 }\n`),
  yaml('too sparse for EOI, uniform', `${head}sparsity: { density: 0.009, distribution: uniform }\n`),
  yaml('too sparse for base', `${head}sparsity: { density: 0.00001, init: base }\n`),
  yaml('a layer of its own too sparse for EOI', `${head}sparsity: { layers: { fc1: 0.0001 } }\n`),
  yaml('a layer of its own too sparse for base', `${head}sparsity: { init: base, layers: { fc7: 0.0001 } }\n`),
  yaml(
    'pruned too far in training',
    `${head}sparsity: { density: 0.00001, init: base, update: { method: one-shot } }\n`,
  ),
  yaml('too many levels', `${head}sparsity: { init: base }\ntrain: { rewind: { levels: 60, step: 8 } }\n`),
  yaml('layers that do not meet', layers(wide, '{ activation: tanh }', '{ name: fc2, linear: { in: 64, out: 10 } }')),
  yaml('a first layer that does not fit the data', layers('{ name: fc1, linear: { in: 3072, out: 10 } }')),
  yaml('a last layer that does not fit the classes', layers(wide, '{ name: fc2, linear: { in: 32, out: 11 } }')),
  yaml('a name twice', layers(wide, '{ name: fc1, linear: { in: 32, out: 10 } }')),
  yaml('activations only', layers('{ activation: tanh }')),
  yaml(
    'an absurd layer',
    layers('{ name: fc1, linear: { in: 784, out: 1000000 } }', '{ name: fc2, linear: { in: 1000000, out: 10 } }'),
  ),
  yaml('a rotation by 90 degrees', `${head}sparsity: { eoi: { angles: { fixed: 90 } } }\n`),
  yaml('a rotation by 180 degrees in a list', `${head}sparsity: { eoi: { angles: { list: [30, -180] } } }\n`),
  yaml('a range the wrong way round', `${head}sparsity: { eoi: { angles: { range: [80, 10] } } }\n`),
  yaml('validation that leaves nothing to validate', `${head}data: { validation: 0.00001 }\n`),
  yaml('validation that leaves nothing to train', `${head}data: { validation: 0.99999 }\n`),
  yaml('a batch larger than the data', `${head}train: { batchSize: 6000 }\n`),
  yaml('mnist without its files', `${head}data: { source: mnist }\n`),
  yaml('cifar-10 without its files', `${head}data:\n  source: cifar-10\n  validation: 0.1\n`),
  json(
    'JSON, mnist without its files',
    '{ "version": 1, "model": { "preset": "mlp-7" }, "data": { "source": "mnist" } }\n',
  ),
  yaml('a probe after the end', `${head}probes: { jacobian: { at: [0, 1000] } }\n`),
  yaml('more samples than examples', `${head}probes: { jacobian: { samples: 700 } }\n`),
  yaml('signals after the end', `${head}probes: { signals: { at: [1000], samples: 700 } }\n`),
  yaml('fewer examples than signals are of', `${head}probes: { signals: { every: 10, samples: 601 } }\n`),
  yaml('a wrong word for signals', `${head}probes: { signal: { every: 10 } }\n`),
  yaml('digits in a mirror', `${head}data: { augment: [crop, flip] }\n`),
  yaml('a way to vary that there is not', `${head}data: { augment: [rotate] }\n`),
  yaml('a way to vary without brackets', `${head}data: { augment: crop }\n`),
  yaml('a path that is not read', `${head}data: { path: ./data }\n`),
  yaml(
    'activation beside layers',
    'version: 1\nmodel:\n  activation: relu\n  layers:\n    - { name: fc1, linear: { in: 784, out: 10 } }\n',
  ),
  yaml('settings of EOI for base', `${head}sparsity:\n  init: base\n  eoi: { angles: uniform }\n`),
  yaml('moments of a constant schedule', `${head}train: { schedule: { at: [0.5] } }\n`),
];

const sweeps: BadConfig[] = [
  yaml('an empty sweep', `${head}sweep:\n`),
  yaml('a list for a sweep', `${head}sweep: [1, 2]\n`),
  yaml('one value in a sweep', `${head}sweep: { seed: 1 }\n`),
  yaml('no value in a sweep', `${head}sweep: { seed: [] }\n`),
  yaml('a slip in a path of a sweep', `${head}sweep: { sparsity.densty: [0.1] }\n`),
  yaml('a last word in a sweep', `${head}sweep: { angles: [uniform] }\n`),
  yaml('a path of nothing in a sweep', `${head}sweep: { banana.peel: [1] }\n`),
  yaml('the name in a sweep', `${head}sweep: { name: [a, b] }\n`),
  yaml('a sweep in a sweep', `${head}sweep: { sweep.seed: [1, 2] }\n`),
  yaml(
    'one path within another',
    `${head}sweep: { sparsity.ai: [{ iterations: 5 }], sparsity.ai.iterations: [1, 2] }\n`,
  ),
  yaml('a value of a sweep out of range', `${head}sweep: { sparsity.density: [0.1, 10] }\n`),
  yaml('a slip in a word of a sweep', `${head}sweep: { sparsity.init: [eoi, bse] }\n`),
  yaml('a whole value of a sweep with a slip', `${head}sweep: { sparsity.update: [{ metod: rigl }] }\n`),
  yaml('a value twice in a sweep', `${head}sweep: { seed: [1, 2, 1] }\n`),
  yaml('a layer that is not there in a sweep', `${head}sweep: { 'model.layers[3].linear.out': [10, 20] }\n`),
  yaml('a key of a number in a sweep', `${head}sparsity: 0.1\nsweep: { sparsity.density: [0.1, 0.2] }\n`),
  yaml(
    'more trials than there can be',
    `${head}sweep:\n  seed: [${Array.from({ length: 101 }, (_, i) => i).join(', ')}]\n` +
      `  train.epochs: [${Array.from({ length: 100 }, (_, i) => i + 1).join(', ')}]\n`,
  ),
  yaml('a sweep with a mistake in the rest', `${head}sede: 5\nsweep: { sparsity.density: [0.1, 0.2] }\n`),
  yaml(
    'a sweep of which one trial cannot be had',
    `${head}sweep: { sparsity.density: [0.00001, 0.2], seed: [1, 2] }\n`,
  ),
  yaml('a sweep of which no trial can be had', `${head}sweep: { sparsity.density: [0.00001], seed: [1, 2] }\n`),
  yaml('a sweep over data without its files', `${head}sweep: { data.source: [synthetic-digits, mnist] }\n`),
  json('JSON with a sweep with a slip', '{ "version": 1, "model": { "preset": "mlp-7" }, "sweep": { "sed": [1] } }\n'),
];

export const badConfigs: readonly BadConfig[] = [...writing, ...words, ...requests, ...sweeps];
