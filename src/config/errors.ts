/**
 * Every sentence about a config, with its code: what is wrong and where, what was expected, what to do. Long, because
 * it is a list: one entry for each mistake.
 */
import { atLeast, withOthers } from '../core/errors';
import { change, count, finding, shown, size, warning } from './finding';
import type { Finding } from './finding';
import type { Suggestion } from './issues';

// The writing itself.

export const tooLarge = (limit: number): Finding =>
  finding(
    'too-large',
    `This file is larger than ${limit / 2 ** 20} MiB, which no config is. Check that it is the right file.`,
  );

export const wrongEncoding = (): Finding =>
  finding(
    'wrong-encoding',
    'This file is not text in UTF-8, as a config is, but in another encoding, such as UTF-16 or Latin-1, or no text at all. Save it as UTF-8: ' +
      'in VS Code click the encoding in the status bar, then "Save with Encoding".',
  );

export const empty = (): Finding =>
  finding(
    'empty',
    'This config is empty. Begin with `version: 1` and `model: { preset: mlp-7 }`; every other key has a default.',
  );

export const notAMapping = (): Finding =>
  finding('not-a-mapping', 'A config is keys with values. Begin with `version: 1` and `model: { preset: mlp-7 }`.');

/** What the YAML library says by code, where this program can say it better. */
const yamlSentences: Readonly<Record<string, string>> = {
  MULTILINE_IMPLICIT_KEY: 'This line is neither a key with a value nor the end of one. Write `key: value`.',
  BLOCK_AS_IMPLICIT_KEY:
    'There is a second `:` in this line, or the line after it is indented too far. One key a line, with its value after `: `.',
  TAB_AS_INDENT: 'A tab cannot indent YAML. Use spaces.',
  BAD_INDENT: 'The indentation does not fit the lines above, or a `]` or `}` is missing before this line.',
  BAD_ALIAS: 'This alias is not written right. Write the value itself.',
  QUOTE: 'This quote is not closed. Add the same quote at the end of the value.',
  BAD_SCALAR_START: 'A value that begins with this character needs quotes.',
};

export const yamlSyntax = (code: string, message: string): Finding =>
  finding('syntax', yamlSentences[code] ?? `This is not YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}.`);

export const jsonSyntax = (wanted: string, found: string): Finding =>
  finding(
    'syntax',
    found === ''
      ? `This is not JSON: the file ends where ${wanted} was expected.`
      : `This is not JSON: expected ${wanted}, found ${JSON.stringify(shown(found))}. Comments, single quotes and trailing commas are YAML's; name the file .sparse.yaml to use them.`,
  );

export const tooDeep = (limit: number): Finding =>
  finding('too-deep', `This is nested more than ${limit} deep, which no config is. Check that it is the right file.`);

export const secondDocument = (): Finding =>
  finding(
    'syntax',
    'A second document begins here (`---`). A file holds one config; move the rest to a file of its own.',
  );

export const nonStringKey = (): Finding =>
  finding('non-string-key', 'A key is a word, like `density`. Write one, or quote it.');

export const decimalComma = (meant: string): Finding =>
  finding('wrong-type', `Numbers have a decimal point. Write ${meant}.`, change(meant));

export const duplicateKey = (key: string): Finding =>
  finding('duplicate-key', `\`${shown(key)}\` is here already, above. Keep one of the two.`);

export const mergeKey = (): Finding =>
  finding('merge-key', 'Merge keys (`<<`) are not used in configs. Write the keys themselves.');

export const tooManyAliases = (limit: number): Finding =>
  finding(
    'too-many-aliases',
    `There are more than ${limit} aliases (\`*name\`) in this file. Write the values themselves.`,
  );

export const unknownAlias = (name: string): Finding =>
  finding('unknown-alias', `There is no anchor \`&${shown(name)}\` before this alias. Write the value itself.`);

export const tag = (): Finding => finding('tag', 'Tags (`!name`) mean nothing in a config. Remove it.');

export const yamlVersion = (version: string): Finding =>
  finding('yaml-version', `Configs are YAML 1.2, not ${version}. Remove this line.`);

// Keys.

export const unknownKey = (
  key: string,
  within: string,
  meant: Suggestion | undefined,
  known: readonly string[],
): Finding => {
  const where = within === '' ? '' : ` in \`${within}\``;
  return meant
    ? finding(
        'unknown-key',
        `Unknown key \`${shown(key)}\`${where}, did you mean \`${meant.text.replaceAll('"', '')}\`?`,
        meant,
      )
    : finding('unknown-key', `Unknown key \`${shown(key)}\`${where}. It takes: ${known.join(', ')}.`);
};

/** `word`: what the key is called here. */
/** Two alternatives at once: `{ fixed: 30, list: [3] }`. */
export const oneOfThese = (key: string, path: string, others: readonly string[]): Finding =>
  finding(
    'one-of-these',
    `\`${path}\` takes one of its alternatives, and \`${shown(key)}\` is another one than \`${others.map(shown).join('`, `')}\`. Remove one of them.`,
  );

export const misplacedKey = (key: string, within: string, word: string, home: string): Finding =>
  finding(
    'unknown-key',
    `Unknown key \`${shown(key)}\`${within === '' ? '' : ` in \`${within}\``}; ${word === key ? 'it' : `\`${word}\``} belongs in \`${home}\`.`,
  );

export const keyNotAvailable = (path: string): Finding =>
  finding('not-available', `\`${path}\` is not available in this version of Sparsescope. Remove it.`);

export const valueNotAvailable = (path: string, value: string, available: string): Finding =>
  finding(
    'not-available',
    `\`${value}\` is not available for \`${path}\` in this version of Sparsescope. Use ${available}.`,
  );

export const missingKey = (path: string, wanted: string, suggestion?: Suggestion): Finding =>
  finding('missing-key', `\`${path}\` is missing: ${wanted}.`, suggestion);

export const chooseOne = (path: string, keys: readonly string[], given: number): Finding =>
  finding(
    'choose-one',
    given === 0
      ? `\`${path}\` needs one of ${keys.join(' and ')}: for example \`${path}: { preset: mlp-7 }\`.`
      : `\`${path}\` takes ${keys.join(' or ')}, not both. Remove one.`,
  );

// Values.

export const wrongType = (path: string, found: string, wanted: string, suggestion?: Suggestion): Finding =>
  finding(
    'wrong-type',
    `\`${path}\` is ${found}; expected ${wanted}.${suggestion ? ` Write ${shown(suggestion.text)}.` : ''}`,
    suggestion,
  );

export const outOfRange = (path: string, value: number, wanted: string, nearest?: string): Finding =>
  finding(
    'out-of-range',
    `\`${path}\` is ${value}; expected ${wanted}.${nearest === undefined ? '' : ` The nearest is ${nearest}.`}`,
    nearest === undefined ? undefined : change(nearest),
  );

export const percent = (path: string, value: number, wanted: string, share: string): Finding =>
  finding(
    'out-of-range',
    `\`${path}\` is ${value}; expected ${wanted}. If ${value} % was meant, write ${share}.`,
    change(share),
  );

export const shareNotRatio = (path: string, value: number, wanted: string, ratio: string): Finding =>
  finding(
    'out-of-range',
    `\`${path}\` is ${value}; expected ${wanted}. If a share of ${value} was meant, write ${ratio}.`,
    change(ratio),
  );

export const notOneOf = (path: string, value: string, wanted: string, meant?: Suggestion): Finding =>
  finding(
    'not-one-of',
    meant
      ? `\`${path}\` is \`${shown(value)}\`, did you mean \`${meant.text.replaceAll('"', '')}\`? Expected ${wanted}.`
      : `\`${path}\` is \`${shown(value)}\`; expected ${wanted}.`,
    meant,
  );

export const badName = (path: string, value: string, wanted: string, suggestion?: Suggestion): Finding =>
  finding(
    'bad-name',
    `\`${path}\` is ${JSON.stringify(shown(value))}; expected ${wanted}.${suggestion ? ` For example ${suggestion.text}.` : ''}`,
    suggestion,
  );

export const listLength = (path: string, found: number, wanted: string): Finding =>
  finding('list-length', `\`${path}\` has ${found} values; expected ${wanted}.`);

/** Other tools give the share of zeros. */
export const sparsityNotDensity = (sparsity: number, density: number, text: string): Finding =>
  finding(
    'sparsity-not-density',
    `Sparsescope asks for the share of weights kept, density = 1 - sparsity: a sparsity of ${sparsity} is a density of ${density}. Write ${text}.`,
    change(text),
  );

// Impossible requests.

interface SparseLayer {
  name: string;
  rows: number;
  columns: number;
  weights: number;
  targetNonZeros: number;
  minimumDensity: number;
}

/** `possible`: the smallest density that works, as to be written. */
export const densityTooLow = (density: number, layer: SparseLayer, possible: string | undefined): Finding => {
  const least = Math.round(layer.minimumDensity * layer.weights);
  return finding(
    'density-too-low',
    `sparsity.density is ${density}, but ${layer.name} (${size(layer)}), kept exactly orthogonal, needs at least ` +
      `${atLeast(layer.minimumDensity)} (${count(least)} of its ${count(layer.weights)} weights) and would get ${count(layer.targetNonZeros)}; ` +
      (possible === undefined ? 'use a higher density' : `the nearest possible density is ${possible}`) +
      ', or use init: base.',
    possible === undefined ? undefined : change(possible),
  );
};

/** A layer whose density in `sparsity.layers` leaves it less than it can do with. */
export const ownDensityTooLow = (layer: SparseLayer, least: number): Finding =>
  finding(
    'own-density-too-low',
    `sparsity.layers leaves ${layer.name} (${size(layer)}) ${count(layer.targetNonZeros)} of its ${count(layer.weights)} weights, ` +
      `but it needs at least ${count(least)}; use at least ${atLeast(least / layer.weights)}.`,
  );

/** `possible`: the smallest density that works, as to be written. */
export const layerEmpty = (density: number, name: string, others: number, possible: string | undefined): Finding =>
  finding(
    'layer-empty',
    `With sparsity.density ${density} ${withOthers(name, others)} would keep no weight at all, and nothing gets ` +
      `through the network; ` +
      (possible === undefined ? 'use a higher density.' : `the nearest possible density is ${possible}.`),
    possible === undefined ? undefined : change(possible),
  );

/**
 * What is decided beforehand leaves other layers nothing: by `sparsity.layers`, or by uniform-plus alone (`byRule`).
 */
export const noneLeftByOthers = (
  density: number,
  rest: { total: number; taken: number; layer: string; empty: number },
  { possible, byRule }: { possible: string | undefined; byRule: boolean },
): Finding => {
  const remedies = [
    ...(possible === undefined ? [] : [`the nearest possible density is ${possible}`]),
    byRule ? 'use another distribution' : 'lower those of the layers in sparsity.layers',
  ];
  return finding(
    'layer-empty',
    `sparsity.density ${density} keeps ${count(rest.total)} weights, but the layers whose density is decided beforehand take ` +
      `${count(rest.taken)}: none is left for ${withOthers(rest.layer, rest.empty - 1)}; ${remedies.join(', or ')}.`,
    possible === undefined ? undefined : change(possible),
  );
};

/** `pattern`: as it is written; `meant`: the name that it is a slip of. */
export const noSuchLayer = (pattern: string, names: readonly string[], meant?: string): Finding => {
  if (meant !== undefined)
    return finding('no-such-layer', `No layer fits \`${shown(pattern)}\`, did you mean \`${meant}\`?`, change(meant));
  const few = names.length <= 8 ? names : [...names.slice(0, 6), '…', names[names.length - 1]];
  return finding('no-such-layer', `No layer fits \`${shown(pattern)}\`. The layers are ${few.join(', ')}.`);
};

export const denseLayerNamed = (pattern: string): Finding =>
  finding(
    'dense-layer',
    `\`${shown(pattern)}\` is a dense layer, which keeps all its weights and takes no part in the density. Remove it here; a layer of your own can be pruned without \`dense: true\`.`,
  );

/** `message` is the core's, which knows what would be left for the others. */
export const impossibleShares = (message: string): Finding => finding('impossible-shares', message);

/** `message` is the core's, which knows its angles. */
export const degenerateAngle = (message: string): Finding => finding('degenerate-angle', message, change('45'));
export const badAngles = (message: string, suggestion?: Suggestion): Finding =>
  finding('bad-angles', message, suggestion);

export const batchTooLarge = (batchSize: number, examples: number): Finding =>
  finding(
    'batch-too-large',
    `train.batchSize is ${count(batchSize)}, but there are ${count(examples)} examples to train with; use ${count(examples)} or less.`,
    change(String(examples)),
  );

/** `other`: what of the initialisation says how sparse it is. */
export const startsDense = (method: string, other: string): Finding =>
  finding(
    'starts-dense',
    `sparsity.update.method is ${method}, which begins with all weights, but ${other} is sparse from the start. Use init: base, ai or eoi.`,
  );

/** `possible`: the degrees this layer can have, ascending. */
export const degreeImpossible = (
  layer: { name: string; rows: number; columns: number },
  degree: number,
  possible: readonly number[],
): Finding => {
  const near = [possible.findLast((one) => one < degree), possible.find((one) => one > degree)];
  const nearest = near.filter((one) => one !== undefined);
  return finding(
    'degree-impossible',
    `sparsity.sao.degree is ${degree}, which does not divide ${layer.name} (${size(layer)}) into orthogonal blocks; ${nearest.join(' or ')} would. ` +
      `Give single layers a degree, for example \`degree: { ${layer.name}: ${nearest[0]} }\` (the others are then dense), or leave it out: ` +
      'each layer then takes the degree nearest to its density.',
  );
};

export const densityByDegrees = (density: number, reached: number): Finding =>
  warning(
    'density-by-degrees',
    `sparsity.density is ${density}, but the degrees that init: sao can give these layers come to ${Number(reached.toPrecision(3))}. ` +
      'Use init: eoi for the density as it is written, or choose degrees by sparsity.sao.degree.',
  );

/** `least`: rounded up, so that it can be typed back. */
export const gainTooSmall = (path: string, value: number, least: string): Finding => {
  const [drawn, zero] = path.endsWith('.bias') ? ['biases', ', or 0 for biases that are zero'] : ['weights', ''];
  return finding(
    'gain-too-small',
    `${path} is ${value}, with which ${drawn} would lose digits or vanish in 32-bit floats. Use at least ${least}${zero}.`,
    change(least),
  );
};

export const criticalBase = (base: string): Finding =>
  finding(
    'critical-base',
    `gain.weight: critical sets the variance of the weights, which base: ${base} does too. Use base: lecun-normal or orthogonal, or a number.`,
  );

export const criticalActivations = (activations: readonly string[]): Finding =>
  finding(
    'critical-activations',
    `gain.weight: critical is the gain of one activation, but the layers have ${activations.join(' and ')}. Write a number.`,
  );

/** `message` is the core's, which knows the activation. */
export const noCriticalGain = (message: string): Finding => finding('no-critical-gain', message);

export const synflowWithLayers = (): Finding =>
  finding(
    'synflow-with-layers',
    'distribution: synflow prunes the whole network at once and cannot keep densities of single layers. Remove sparsity.layers, or use another distribution.',
  );

export const rewindOnlyStatic = (method: string): Finding =>
  finding(
    'rewind-only-static',
    `sparsity.update.method is ${method}, but train.rewind prunes by itself between its levels. Use method: static, or levels: 0.`,
    change('static'),
  );

export const rewindWithoutEarlyStop = (): Finding =>
  finding(
    'rewind-early-stop',
    'train.earlyStop ends a training before its time, but the levels of train.rewind are to be compared at the same length. Use one of them.',
  );

export const rewindTooLate = (step: number, steps: number): Finding =>
  finding(
    'rewind-too-late',
    `train.rewind.step is ${count(step)}, but a level has ${count(steps)} steps. Use ${count(Math.floor(steps / 10))}, or 0 for the initialisation.`,
    change(String(Math.floor(steps / 10))),
  );

// What works but is hardly meant.

export const noEffect = (path: string, reason: string): Finding =>
  warning('no-effect', `\`${path}\` has no effect: ${reason}. Remove it.`);

/** `byBlocks`: it has a number of blocks for each stage. */
export const oneSize = (preset: string, key: 'depth' | 'width', byBlocks: boolean): string =>
  `${preset} has one ${key}${byBlocks ? ', and model.blocks says how many blocks each stage has' : ''}`;

/** A preset without sizes of each stage. */
export const noneOfItsOwn = (preset: string, key: 'widths' | 'blocks'): string =>
  `${preset} has no ${key} of its own${key === 'widths' && preset === 'mlp-7' ? '; the preset `mlp` has' : ''}`;

export const stepBeyondEnd = (path: string, step: number, total: number): Finding =>
  warning(
    'step-beyond-end',
    `\`${path}\` is step ${count(step)}, but training ends after ${count(total)} steps, so nothing is measured there. Use ${total} or \`end\`.`,
    change('end'),
  );

export const warmupBeyondEnd = (rising: number, steps: number): Finding => {
  const tenth = Math.floor(steps / 10);
  return warning(
    'warmup-beyond-end',
    `train.schedule.warmupSteps is ${count(rising)}, but training ends after ${count(steps)} steps, so the learning rate never comes to \`learningRate\`. Use ${count(tenth)}, or 0 for none.`,
    change(String(tenth)),
  );
};

export const fewerSamples = (path: string, samples: number, examples: number): Finding =>
  warning(
    'fewer-samples',
    `\`${path}\` is ${count(samples)}, but there are ${count(examples)} examples to validate with; all of them are used.`,
    change(String(examples)),
  );

/** What fewer weights than layers come to: `names` of the layers in order, `kept` weights for them. */
const noneLeft = (kept: number, names: readonly string[]): string =>
  `${kept === 1 ? '1 weight' : `${count(kept)} weights`} for ${count(names.length)} layers, and each needs one: ` +
  `none is left for ${withOthers(names[kept], names.length - kept - 1)}`;

/**
 * Once scores or magnitudes have decided, there are fewer weights than layers. `possible`: the smallest density that
 * works; `leastOnly` where the scores may ask for more.
 */
export const prunedTooFar = (
  density: number,
  kept: number,
  names: readonly string[],
  possible: { text: string | undefined; leastOnly?: boolean },
): Finding => {
  const { text, leastOnly } = possible;
  const use = leastOnly ? `use at least ${text}; the scores may need more` : `the nearest possible density is ${text}`;
  return finding(
    'pruned-too-far',
    `sparsity.density ${density} leaves ${noneLeft(kept, names)}; ${text === undefined ? 'use a higher density' : use}.`,
    text === undefined ? undefined : change(text),
  );
};

/** `most`: levels that leave enough; `possible`: the smallest density of which this many levels do. */
export const tooManyLevels = (
  levels: number,
  kept: number,
  names: readonly string[],
  most: number,
  possible: string | undefined,
): Finding =>
  finding(
    'too-many-levels',
    `${count(levels)} levels leave ${noneLeft(kept, names)}; use at most ${count(most)}` +
      `${possible === undefined ? '' : `, or sparsity.density ${possible} or more`}.`,
    change(String(most)),
  );
