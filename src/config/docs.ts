/** The page docs/config.md: an example, then every key, written from the schema table. */
import { count } from '../core/figure';
import { defaultText, keyText, typeText, valueLines } from './describe';
import { maxMatrix, maxNetwork } from './check-network';
import { configSchema } from './schema';
import { mostTrials } from './schema-sweep';
import type { ObjectSchema, Schema } from './schema-types';
import { keyPath } from './tree';

/** Held valid by test/unit/config/docs.test.ts. */
export const docsExample = `version: 1
name: mlp7-eoi
seed: 1 # every random choice derives from it

model:
  preset: mlp-7
  activation: tanh

data:
  source: synthetic-digits # drawn by Sparsescope, nothing is downloaded
  validation: 0.1

sparsity:
  density: 0.1 # share of weights kept, over the whole network
  distribution: erk
  init: eoi
  eoi: { angles: uniform }

train:
  optimizer: { name: sgd, learningRate: 0.05, momentum: 0.9, nesterov: true, weightDecay: 1.0e-4 }
  schedule: { name: step, at: [0.5, 0.75], factor: 0.1 }
  epochs: 5
  batchSize: 128
  checkpointEvery: 50

probes:
  jacobian: { at: [0, end], samples: 32 }
  spectra: { every: 50 }
`;

/** `2^28 (268,435,456)` */
const powerOfTwo = (value: number): string => `2^${Math.log2(value)} (${count(value)})`;

const head = `<!-- Written from src/config/schema.ts by UPDATE_GOLDEN=1 npx vitest run test/unit/config; edit the table there. -->

# The config: \`*.sparse.yaml\`

A config says which network, which data, how sparse, how it is trained and what is measured. The file is named \`*.sparse.yaml\` or
\`*.sparse.json\`; JSON is read strictly. Every key but \`version\` and \`model\` has a default. An unknown key is an error that says which one
was meant, and so is a request that cannot be had, with the nearest possible value. Check one with \`node dist/cli.js check CONFIG\`.

\`\`\`yaml
${docsExample}\`\`\`

A network of your own has \`layers\` instead of \`preset\`. Weights are (out, in), as in PyTorch:

\`\`\`yaml
model:
  layers:
    - { name: fc1, linear: { in: 784, out: 100 } }
    - { activation: tanh }
    - { name: fc2, linear: { in: 100, out: 10 } }
\`\`\`

A \`sweep\` is a grid: key paths, each with the values that take turns there. \`sparsescope sweep CONFIG\`, in the editor Sweep Config, runs each combination, the last key
fastest, with what the rest of the config says:

\`\`\`yaml
sweep:
  sparsity.density: [0.05, 0.1, 0.2]
  sparsity.update: [{ method: static }, { method: rigl, every: 50 }] # whole values: nothing of another one stays
  seed: [1, 2, 3]
\`\`\`

Keys may be written in the rest too; the sweep's values take their place. Any key can be swept but \`version\` and \`name\`, also \`model.layers[0].linear.out\` and
\`sparsity.layers.fc1\`. A combination that cannot be had is a warning, and a trial that fails; only when none can be had is it an error. At most
${count(mostTrials)} trials.

\`variants\` are what differs in more than one key, each under a name by which reports and tables tell it: its keys are key paths like those of a sweep, set
together, and one that has \`sharing\` takes the place of \`sparsity\`, or the other way round. So methods with sections of their own stand in one table:

\`\`\`yaml
sweep:
  variants:
    - { name: stable-rps, sharing: { compression: 10 } }
    - { name: snip, sparsity: { density: 0.1, distribution: snip, init: base } }
    - { name: tickets, sparsity: { density: 1, init: base }, train.rewind: { levels: 3, step: 100 } }
  seed: [1, 2, 3]
\`\`\`

One layer may have up to ${powerOfTwo(maxMatrix)} weights (pruned ones counted), all together up to ${powerOfTwo(maxNetwork)}; larger ones are refused before
anything is computed.
`;

const cell = (text: string): string => text.replaceAll('|', '\\|');

/**
 * Keys of an object and of the objects in it, `optimizer.learningRate`. Lists and alternatives have rows of their own.
 */
function* rows(schema: ObjectSchema, prefix: string): Generator<[string, Schema]> {
  for (const [key, inner] of Object.entries(schema.keys)) {
    const path = keyPath(prefix, key);
    if (inner.kind === 'object') yield* rows(inner, path);
    else yield [path, inner];
    if (inner.kind === 'union') yield* alternatives(inner.of, path);
    if (inner.kind === 'list' && inner.items.kind === 'union') yield* alternatives(inner.items.of, `${path}[]`);
  }
}

function* alternatives(options: readonly Schema[], path: string): Generator<[string, Schema]> {
  for (const option of options) if (option.kind === 'object') yield* rows(option, path);
}

const row = ([path, schema]: [string, Schema]): string => {
  const byDefault = defaultText(schema);
  const without = schema.required ? '_required_' : '';
  const type = schema.unit === undefined ? typeText(schema) : `${typeText(schema)}; ${schema.unit}`;
  // Words of an enumeration have a paragraph of their own, with the source.
  const meaning = valueLines(schema).length > 0 ? schema.doc : keyText(schema);
  return `| \`${path}\` | ${cell(type)} | ${byDefault === undefined ? without : `\`${byDefault}\``} | ${cell(meaning)} |`;
};

/** What the words of each enumeration mean, once. */
const words = (entries: [string, Schema][]): string =>
  entries
    .filter(([path, schema]) => valueLines(schema).length > 0 && !path.includes('[]'))
    .map(([path, schema]) => {
      const source = schema.source === undefined ? '' : ` Source: ${schema.source}.`;
      const lines = valueLines(schema).map((line) => `- ${line}`);
      return `\`${path}\`: ${schema.doc}${source}\n\n${lines.join('\n')}\n`;
    })
    .join('\n');

const table = (entries: [string, Schema][]): string =>
  ['| key | type | default | |', '| --- | --- | --- | --- |', ...entries.map(row)].join('\n');

const section = (key: string, schema: ObjectSchema): string => {
  const entries = [...rows(schema, '')];
  return `## \`${key}\`\n\n${schema.doc}\n\n${table(entries)}\n\n${words(entries)}`;
};

/** The content of docs/config.md. */
export function configDocs(): string {
  const entries: [string, Schema][] = Object.entries(configSchema.keys);
  const plain = entries.filter(([, schema]) => schema.kind !== 'object');
  const sections = entries.flatMap(([key, schema]) => (schema.kind === 'object' ? [section(key, schema)] : []));
  return [head, '## First keys\n', `${table(plain)}\n`, ...sections].join('\n');
}
