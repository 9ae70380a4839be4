/** Small runs that a prediction can be held against: a ReLU network of three layers on drawn clusters, all examples in each step. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Rng } from '../../../../src/core/rng';
import type { ConfigSource } from '../../../../src/protocol/engine';
import { npyFile } from '../../formats/npy-file';

const [examples, inputs, classes, centres] = [160, 20, 4, 3];
/** A fifth validates. */
const trained = 128;

/** Clusters of unit noise, three of each class, around centres of unit values, standardised: to be learnt, not by a line. */
async function writeClusters(root: string, kind: Kind): Promise<void> {
  const rng = Rng.fromSeed(11);
  const around = Array.from({ length: classes * centres }, () =>
    Float64Array.from({ length: inputs }, () => rng.normal()),
  );
  const values = Float32Array.from({ length: examples * inputs }, (_, i) => {
    const example = Math.floor(i / inputs);
    return (around[example % around.length][i % inputs] + 0.5 * rng.normal()) / Math.sqrt(1.25);
  });
  const labels = BigInt64Array.from({ length: examples }, (_, e) => BigInt((e % around.length) % classes));
  await writeFile(join(root, 'x_train.npy'), arrayOf(kind, values));
  await writeFile(join(root, 'y_train.npy'), npyFile('<i8', [examples], labels));
}

/** Values as they are, as pictures of 4 x 5, or rounded to numbers of 0 to 8 that an embedding looks up. */
export type Kind = 'values' | 'pictures' | 'numbers';

const arrayOf = (kind: Kind, values: Float32Array): Uint8Array => {
  if (kind === 'numbers') {
    const numbers = Uint8Array.from(values, (value) => Math.max(0, Math.min(8, Math.round(2 * value + 4))));
    return npyFile('|u1', [examples, inputs], numbers);
  }
  return npyFile('<f4', kind === 'pictures' ? [examples, 4, 5] : [examples, inputs], values);
};

export interface Small {
  /** As written in braces. */
  sharing: string;
  learningRate: number;
  /** Default sgd. */
  rule?: 'sgd' | 'adam' | 'adamw';
  /** More keys of the optimizer, as written in braces. */
  optimizer?: string;
  batchSize?: number;
  width?: number;
  activation?: string;
  /** In place of the three linear layers, as written in braces. */
  layers?: readonly string[];
  microBatch?: number;
  epochs?: number;
  /** As written in braces. */
  probes?: string;
}

export class SmallRuns {
  private constructor(readonly root: string) {}

  static async create(kind: Kind = 'values'): Promise<SmallRuns> {
    const root = await mkdtemp(join(tmpdir(), 'sparsescope-sharing-'));
    await writeClusters(root, kind);
    return new SmallRuns(root);
  }

  source(small: Small): ConfigSource {
    const { sharing, learningRate, rule = 'sgd', batchSize = trained, microBatch } = small;
    const { optimizer = rule === 'sgd' ? 'momentum: 0' : 'decayAll: true' } = small;
    const { width = 32, activation = 'relu', epochs = 1, probes } = small;
    const linear = [
      `{ name: fc1, linear: { in: ${inputs}, out: ${width} } }`,
      `{ activation: ${activation} }`,
      `{ name: fc2, linear: { in: ${width}, out: ${width} } }`,
      `{ activation: ${activation} }`,
      `{ name: fc3, linear: { in: ${width}, out: ${classes} } }`,
    ];
    const configText = `version: 1
name: small
seed: 5
model:
  layers:
${(small.layers ?? linear).map((layer) => `    - ${layer}`).join('\n')}
data: { source: npy, path: ., validation: 0.2 }
sharing: { ${sharing} }
train:
  optimizer: { name: ${rule}, learningRate: ${learningRate}, weightDecay: 0, ${optimizer} }
  schedule: { name: constant }
  epochs: ${epochs}
  batchSize: ${batchSize}
${microBatch === undefined ? '' : `  microBatch: ${microBatch}\n`}${probes === undefined ? '' : `probes: { ${probes} }\n`}`;
    return { configPath: join(this.root, 'small.sparse.yaml'), configText, root: this.root };
  }

  remove(): Promise<void> {
    return rm(this.root, { recursive: true, force: true });
  }
}
