/**
 * What the data sets that are drawn here have in common: balanced classes, and examples that depend on their place
 * alone.
 */
import type { Parts } from './parts';
import type { Rng } from './rng';

export interface DrawnSet {
  /** (count, values), bytes. */
  images: Uint8Array<ArrayBuffer>;
  /** From 0. */
  labels: Uint8Array<ArrayBuffer>;
}

/**
 * `count` examples of `values` bytes each. Classes are balanced: every `classes` examples in a row hold each class
 * once. Example i depends on the generator and i alone, so a longer set begins with the shorter one. `draw` fills one
 * image, all zero before. A part is as many examples as there are classes.
 */
export function* drawSet(p: {
  count: number;
  values: number;
  classes: number;
  rng: Rng;
  draw: (label: number, rng: Rng, image: Uint8Array) => void;
}): Parts<DrawnSet> {
  const images = new Uint8Array(p.count * p.values);
  const labels = new Uint8Array(p.count);
  const order = new Uint32Array(p.classes);
  for (let i = 0; i < p.count; i++) {
    if (i % p.classes === 0) {
      if (i > 0) yield;
      order.forEach((_, label) => (order[label] = label));
      p.rng.split(`order/${i / p.classes}`).shuffle(order);
    }
    labels[i] = order[i % p.classes];
    p.draw(labels[i], p.rng.split(`image/${i}`), images.subarray(i * p.values, (i + 1) * p.values));
  }
  return { images, labels };
}

/** Uniform over [low, high). */
export const between = (rng: Rng, [low, high]: readonly [number, number]): number => low + (high - low) * rng.uniform();
