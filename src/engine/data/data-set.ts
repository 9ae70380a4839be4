/** Examples in memory, as bytes, and the batches made of them. */
import type { DataSource } from '../../core/data-sets';
import { Rng } from '../../core/rng';
import { tooFewExamples } from '../errors';
import type { Batch } from '../trainer';

export interface Examples {
  count: number;
  /** (count, inputs), row-major pixel bytes. */
  images: Uint8Array;
  labels: Uint8Array;
}

export interface DataSet {
  source: DataSource;
  /** Values per example. */
  inputs: number;
  classes: number;
  train: Examples;
  /** Read only when validation asks for it. */
  test?: Examples;
  /** Over the unpacked bytes of the files read, in order: an unpacked copy of a .gz counts as the same data. */
  sha256: string;
}

/**
 * Mean and standard deviation of pixel / 255 by channel, with which inputs are standardised: the usual constants of
 * MNIST and CIFAR-10, and those of the drawn sets measured once on the training part.
 */
const standards: Record<DataSource, { mean: number[]; deviation: number[] }> = {
  'synthetic-digits': { mean: [0.115], deviation: [0.2536] },
  'synthetic-images': { mean: [0.4974, 0.4968, 0.503], deviation: [0.2239, 0.2238, 0.2229] },
  mnist: { mean: [0.1307], deviation: [0.3081] },
  'cifar-10': { mean: [0.4914, 0.4822, 0.4465], deviation: [0.247, 0.2435, 0.2616] },
};

/** Standardised value by pixel byte, one table a channel. */
const tables = (source: DataSource): Float32Array[] => {
  const { mean, deviation } = standards[source];
  return mean.map((m, c) => Float32Array.from({ length: 256 }, (_, byte) => (byte / 255 - m) / deviation[c]));
};

/** Some of a set's examples, in an order. */
export interface Part {
  examples: Examples;
  indices: Uint32Array;
}

const all = (examples: Examples): Part => ({
  examples,
  indices: Uint32Array.from({ length: examples.count }, (_, i) => i),
});

/**
 * Training and validation parts. `share` of the training examples, drawn by the seed, validates; with a share of 0
 * the test examples do. @throws SparseError `engine.too-few-examples`
 */
export function split(data: DataSet, share: number, seed: number): { train: Part; validation: Part } {
  const whole = all(data.train);
  if (share === 0 && data.test) return { train: whole, validation: all(data.test) };
  Rng.fromSeed(seed).split('validation').shuffle(whole.indices);
  const held = Math.round(share * data.train.count);
  if (held < 1 || held >= data.train.count) throw tooFewExamples(data.source, data.train.count - held, held);
  // In file order: only which examples are held out is random.
  const part = (from: number, to: number): Part => ({
    examples: data.train,
    indices: whole.indices.slice(from, to).sort(),
  });
  return { train: part(held, data.train.count), validation: part(0, held) };
}

/** Cuts a part into batches. The last batch of a pass may be smaller. */
export class Batches {
  readonly count: number;
  private readonly tables: Float32Array[];

  constructor(
    private readonly data: DataSet,
    private readonly part: Part,
    readonly batchSize: number,
  ) {
    this.count = Math.ceil(part.indices.length / batchSize);
    this.tables = tables(data.source);
  }

  get examples(): number {
    return this.part.indices.length;
  }

  /** Examples in a batch. */
  size(index: number): number {
    return Math.min(this.batchSize, this.examples - index * this.batchSize);
  }

  /** The order of one epoch. It depends on the seed and the epoch only, so that a resumed run goes on in it. */
  shuffled(seed: number, epoch: number): Batches {
    const indices = Uint32Array.from(this.part.indices);
    Rng.fromSeed(seed).split(`shuffle/${epoch}`).shuffle(indices);
    return new Batches(this.data, { ...this.part, indices }, this.batchSize);
  }

  batch(index: number): Batch {
    const start = index * this.batchSize;
    return this.gather(this.part.indices.subarray(start, start + this.batchSize));
  }

  /** The first `count` examples of the order, or all there are, as one batch. */
  head(count: number): Batch {
    return this.gather(this.part.indices.subarray(0, count));
  }

  private gather(chosen: Uint32Array): Batch {
    const { inputs } = this.data;
    const { images, labels } = this.part.examples;
    const x = new Float32Array(chosen.length * inputs);
    const channel = inputs / this.tables.length;
    let at = 0;
    for (const example of chosen) {
      let from = example * inputs;
      for (const table of this.tables) for (let i = 0; i < channel; i++) x[at++] = table[images[from++]];
    }
    return { size: chosen.length, x, labels: Uint8Array.from(chosen, (example) => labels[example]) };
  }
}
