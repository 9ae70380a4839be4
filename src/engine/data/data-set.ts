/** Examples in memory, as bytes, and the batches made of them. */
import type { Config } from '../../config/types';
import type { DataSource } from '../../core/data-sets';
import type { PictureSize } from '../../core/network';
import { Rng } from '../../core/rng';
import { tooFewExamples } from '../errors';
import type { Batch } from '../trainer';
import type { Augmentation, View } from './augment';
import { look, viewsOf } from './augment';

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
  /** What they are a picture of. */
  picture: PictureSize;
  classes: number;
  train: Examples;
  /** Read only when validation asks for it. */
  test?: Examples;
  /** Over the unpacked bytes of the files read, in order: an unpacked copy of a .gz counts as the same data. */
  sha256: string;
}

/**
 * Mean and standard deviation of pixel / 255 by channel, with which inputs are standardised: the usual constants of
 * MNIST and CIFAR, and those of the drawn sets measured once on the training part.
 */
const standards: Record<DataSource, { mean: number[]; deviation: number[] }> = {
  'synthetic-digits': { mean: [0.115], deviation: [0.2536] },
  'synthetic-images': { mean: [0.4974, 0.4968, 0.503], deviation: [0.2239, 0.2238, 0.2229] },
  mnist: { mean: [0.1307], deviation: [0.3081] },
  'cifar-10': { mean: [0.4914, 0.4822, 0.4465], deviation: [0.247, 0.2435, 0.2616] },
  'cifar-100': { mean: [0.5071, 0.4865, 0.4409], deviation: [0.2673, 0.2564, 0.2762] },
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

/** How a part is varied: by what, and, once it is shuffled for an epoch, how each of its examples is seen there. */
interface Variety {
  augment: readonly Augmentation[];
  view?: (example: number) => View;
}

/** Cuts a part into batches. The last batch of a pass may be smaller. Pictures are varied in shuffled batches only. */
export class Batches {
  readonly count: number;
  private readonly tables: Float32Array[];

  constructor(
    private readonly data: DataSet,
    private readonly part: Part,
    readonly batchSize: number,
    private readonly variety: Variety = { augment: [] },
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

  /** The order and the views of one epoch. They depend on the seed and the epoch only, so that a resumed run goes on in them. */
  shuffled(seed: number, epoch: number): Batches {
    const indices = Uint32Array.from(this.part.indices);
    Rng.fromSeed(seed).split(`shuffle/${epoch}`).shuffle(indices);
    const { augment } = this.variety;
    const view = augment.length > 0 ? viewsOf(augment, seed, epoch) : undefined;
    return new Batches(this.data, { ...this.part, indices }, this.batchSize, { augment, ...(view && { view }) });
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
    const { inputs, picture } = this.data;
    const { images, labels } = this.part.examples;
    const { view } = this.variety;
    const seen = new Uint8Array(inputs);
    const x = new Float32Array(chosen.length * inputs);
    const channel = inputs / this.tables.length;
    let at = 0;
    for (const example of chosen) {
      const stored = images.subarray(example * inputs, (example + 1) * inputs);
      if (view) look(view(example), picture, stored, seen);
      const pixels = view ? seen : stored;
      let from = 0;
      for (const table of this.tables) for (let i = 0; i < channel; i++) x[at++] = table[pixels[from++]];
    }
    return { size: chosen.length, x, labels: Uint8Array.from(chosen, (example) => labels[example]) };
  }
}

/** Both parts of the data in the batches of a config. Only pictures that are trained with are varied. */
export function batchesFor(config: Config, data: DataSet): { train: Batches; validation: Batches } {
  const { validation, augment } = config.data;
  const parts = split(data, validation, config.seed);
  const { batchSize } = config.train;
  return {
    train: new Batches(data, parts.train, batchSize, { augment }),
    validation: new Batches(data, parts.validation, batchSize),
  };
}
