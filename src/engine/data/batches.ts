/** Cuts parts of a data set into batches of numbers. */
import type { Config } from '../../config/types';
import { isNamed } from '../../core/data-sets';
import { Rng } from '../../core/rng';
import type { Values } from '../../formats/records';
import type { Batch } from '../training';
import type { Augmentation, View } from './augment';
import { look, viewsOf } from './augment';
import { numberBeyondVocabulary } from '../errors';
import { isStore, split, standardOf } from './data-set';
import type { DataSet, Part } from './data-set';

/** How a part is varied: by what, and, once it is shuffled for an epoch, how each of its examples is seen there. */
interface Variety {
  augment: readonly Augmentation[];
  view?: (example: number) => View;
}

/** Standardised value by pixel byte, one table a channel. */
const tablesOf = (data: DataSet): Float32Array[] => {
  if (data.vocabulary !== undefined) return [Float32Array.from({ length: 256 }, (_, byte) => byte)];
  const { mean, deviation } = standardOf(data);
  return mean.map((m, c) => Float32Array.from({ length: 256 }, (_, byte) => (byte / 255 - m) / deviation[c]));
};

/** Batches that are read ahead of the one in use: so many, and together no more bytes than this. */
const mostAhead = 4;
const mostBytesAhead = 64 << 20;

/**
 * Cuts a part into batches. The last batch of a pass may be smaller. Pictures are varied in shuffled batches only.
 * Examples that are not in memory are read ahead; which batch holds which example has nothing to do with that.
 */
export class Batches {
  readonly count: number;
  private readonly tables: Float32Array[];
  private readonly coming = new Map<number, Promise<Values>>();

  constructor(
    private readonly data: DataSet,
    private readonly part: Part,
    readonly batchSize: number,
    private readonly variety: Variety = { augment: [] },
  ) {
    this.count = Math.ceil(part.indices.length / batchSize);
    this.tables = tablesOf(data);
  }

  get examples(): number {
    return this.part.indices.length;
  }

  /** Examples in a batch. */
  size(index: number): number {
    return Math.min(this.batchSize, this.examples - index * this.batchSize);
  }

  /**
   * The order and the views of one epoch. They depend on the seed and the epoch only, so that a resumed run goes on in
   * them.
   */
  shuffled(seed: number, epoch: number): Batches {
    const indices = Uint32Array.from(this.part.indices);
    Rng.fromSeed(seed).split(`shuffle/${epoch}`).shuffle(indices);
    const { augment } = this.variety;
    const view = augment.length > 0 ? viewsOf(augment, seed, epoch) : undefined;
    return new Batches(this.data, { ...this.part, indices }, this.batchSize, { augment, ...(view && { view }) });
  }

  /** @throws SparseError as `Store.read` */
  async batch(index: number): Promise<Batch> {
    const reading = this.coming.get(index) ?? this.read(this.chosen(index));
    this.coming.delete(index);
    this.readAhead(index);
    return this.gather(this.chosen(index), await reading);
  }

  /**
   * `count` examples, or all there are, as one batch: the first of the order; of a person's own data, which often lies
   * class by class, as many evenly spread over it. @throws SparseError as `Store.read`
   */
  async sample(count: number): Promise<Batch> {
    const { indices } = this.part;
    const chosen =
      isNamed(this.data.source) || count >= indices.length
        ? indices.subarray(0, count)
        : Uint32Array.from({ length: count }, (_, i) => indices[Math.floor((i * indices.length) / count)]);
    return this.gather(chosen, await this.read(chosen));
  }

  private chosen(index: number): Uint32Array {
    const start = index * this.batchSize;
    return this.part.indices.subarray(start, start + this.batchSize);
  }

  private readAhead(index: number): void {
    if (!isStore(this.part.examples.values)) return;
    const bytes = 4 * this.batchSize * this.data.inputs;
    const ahead = Math.max(1, Math.min(mostAhead, Math.floor(mostBytesAhead / bytes)));
    // What was read for batches that were not asked for after all is dropped.
    for (const known of this.coming.keys()) if (known <= index || known > index + ahead) this.coming.delete(known);
    for (let next = index + 1; next <= index + ahead && next < this.count; next++) {
      if (this.coming.has(next)) continue;
      const reading = this.read(this.chosen(next));
      // Whoever asks for this batch hears of it.
      reading.catch(() => undefined);
      this.coming.set(next, reading);
    }
  }

  /** (chosen, inputs). */
  private read(chosen: Uint32Array): Promise<Values> {
    const { values } = this.part.examples;
    if (isStore(values)) return values.read(chosen);
    const { inputs } = this.data;
    const result =
      values instanceof Uint8Array ? new Uint8Array(chosen.length * inputs) : new Float32Array(chosen.length * inputs);
    chosen.forEach((example, at) => result.set(values.subarray(example * inputs, (example + 1) * inputs), at * inputs));
    return Promise.resolve(result);
  }

  private gather(chosen: Uint32Array, values: Values): Batch {
    const { labels } = this.part.examples;
    const seen = this.seen(chosen, values);
    const x = seen instanceof Float32Array ? seen : this.standardised(seen);
    this.checkNumbers(chosen, x);
    return { size: chosen.length, x, labels: Uint16Array.from(chosen, (example) => labels[example]) };
  }

  /** That each number has a row of the table. */
  private checkNumbers(chosen: Uint32Array, x: Float32Array): void {
    const { vocabulary, inputs, test } = this.data;
    const wrong = vocabulary === undefined ? -1 : x.findIndex((number) => !(number >= 0 && number < vocabulary));
    if (vocabulary === undefined || wrong < 0) return;
    throw numberBeyondVocabulary(
      { example: chosen[Math.floor(wrong / inputs)], place: wrong % inputs, ofTests: this.part.examples === test },
      x[wrong],
      vocabulary,
    );
  }

  /** Pictures as this epoch sees them. */
  private seen(chosen: Uint32Array, values: Values): Values {
    const { view } = this.variety;
    const { inputs, picture } = this.data;
    if (!view || !picture) return values;
    const seen = values instanceof Uint8Array ? new Uint8Array(values.length) : new Float32Array(values.length);
    chosen.forEach((example, at) => {
      const [from, to] = [at * inputs, (at + 1) * inputs];
      look(view(example), picture, values.subarray(from, to), seen.subarray(from, to));
    });
    return seen;
  }

  private standardised(bytes: Uint8Array): Float32Array {
    const x = new Float32Array(bytes.length);
    const channel = this.data.inputs / this.tables.length;
    let at = 0;
    while (at < bytes.length)
      for (const table of this.tables) for (let i = 0; i < channel; i++, at++) x[at] = table[bytes[at]];
    return x;
  }
}

/**
 * Both parts of the data in the batches of a config. Only pictures that are trained with are varied. `vocabulary`: rows
 * of the table that the values are looked up in, if they are.
 */
export function batchesFor(config: Config, set: DataSet, vocabulary?: number): { train: Batches; validation: Batches } {
  const { validation, augment } = config.data;
  const data: DataSet = { ...set, vocabulary };
  const parts = split(data, validation, config.seed);
  const { batchSize } = config.train;
  return {
    train: new Batches(data, parts.train, batchSize, { augment }),
    validation: new Batches(data, parts.validation, batchSize),
  };
}
