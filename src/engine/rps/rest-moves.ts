/**
 * What a step does to the parameters that no memory stands for, beside those that are shared, and where it left the
 * numbers.
 */
import * as tf from '@tensorflow/tfjs';
import { everyLayer, isMaskable } from '../../core/network';
import type { Network } from '../../core/network';
import type { Lost } from '../../core/rps/diagnosis/watch';
import { blockSize } from '../../core/rps/mapping';
import type { Read } from '../backends/in-place';

/** Euclidean norms of the step of a layer's weight, and of the weight before it. */
export interface Moved {
  layer: string;
  update: number;
  weight: number;
}

/** Of a layer, by blocks. */
const weightsLookedAt = 16 * blockSize;

/** Where the blocks of a layer of so many weights begin, and how long each is: all of them, or some evenly spread. */
export function blocksOf(weights: number): { from: number[]; length: number } {
  if (weights <= weightsLookedAt) return { from: [0], length: weights };
  const count = weightsLookedAt / blockSize;
  const apart = (weights - blockSize) / (count - 1);
  return { from: Array.from({ length: count }, (_, k) => Math.floor(k * apart)), length: blockSize };
}

/** A copy of the blocks that are looked at. */
export function lookedAt(values: Float32Array): Float32Array {
  const { from, length } = blocksOf(values.length);
  const blocks = new Float32Array(from.length * length);
  from.forEach((first, k) => blocks.set(values.subarray(first, first + length), k * length));
  return blocks;
}

/** From what was looked at of a weight of so many values, before and after. */
export function movedBy(layer: string, before: Float32Array, after: Float32Array, values: number): Moved {
  let [step, own] = [0, 0];
  for (let i = 0; i < before.length; i++) {
    step += (after[i] - before[i]) ** 2;
    own += before[i] * before[i];
  }
  const all = values / before.length;
  return { layer, update: Math.sqrt(step * all), weight: Math.sqrt(own * all) };
}

interface Weight {
  name: string;
  weight: tf.Variable;
}

/**
 * To be called before weights on the backend are moved; what it answers, after it, within the same tidy. Where values
 * are out of reach the backend computes their norms, and all are read at once.
 */
export function beforeMoves(weights: readonly Weight[], read: Read | undefined): () => Moved[] {
  if (weights.length === 0) return () => [];
  if (read) {
    const before = weights.map(({ weight }) => lookedAt(read(weight)));
    return () => weights.map(({ name, weight }, k) => movedBy(name, before[k], lookedAt(read(weight)), weight.size));
  }
  const before = weights.map(({ weight }) => tf.clone<tf.Tensor>(weight));
  return () => {
    const sums = weights.flatMap(({ weight }, k) =>
      [tf.sub(weight, before[k]), before[k]].map((values) => tf.sum(tf.square(values))),
    );
    const norms = tf.sqrt(tf.stack(sums)).dataSync();
    return weights.map(({ name }, k) => ({ layer: name, update: norms[2 * k], weight: norms[2 * k + 1] }));
  };
}

/** Layers with parameters, in the network's order. */
const trained = ({ layers }: Pick<Network, 'layers'>): string[] =>
  [...everyLayer(layers)].flatMap((layer) =>
    isMaskable(layer) || layer.kind === 'norm' || layer.kind === 'position' || layer.kind === 'embedding'
      ? [layer.name]
      : [],
  );

/** Those whose weight no memory stands for. */
export const restNames = (network: Pick<Network, 'layers'>, shared: ReadonlySet<string>): string[] =>
  trained(network).filter((name) => !shared.has(name));

/** In the order of the network. */
export function inOrder(network: Pick<Network, 'layers'>, moved: readonly Moved[]): Moved[] {
  const place = new Map(trained(network).map((name, k) => [name, k]));
  return [...moved].sort((a, b) => place.get(a.layer)! - place.get(b.layer)!);
}

/** The parameters of a layer, by what reads them; looked at only where something is no number. */
export interface Looked {
  name: string;
  /** None where a memory stands for them. */
  values: readonly Float32Array[];
  gradients: readonly Float32Array[];
}

const isLost = (values: Float32Array): boolean => !values.every(Number.isFinite);

/** Which layers have parameters, or a gradient, that are no numbers, in the order of the network. */
export function lostOf(network: Pick<Network, 'layers'>, all: Iterable<Looked>): Lost {
  const weights = new Set<string>();
  const gradients = new Set<string>();
  for (const { name, values, gradients: own } of all) {
    if (values.some(isLost)) weights.add(name);
    if (own.some(isLost)) gradients.add(name);
  }
  const names = trained(network);
  return { weights: names.filter((name) => weights.has(name)), gradients: names.filter((name) => gradients.has(name)) };
}
