/** A change of the masks over all layers together. */
import type { MaskChange, MaskEvent, MaskTotals } from '../protocol/run';

/** Intersection over union of two masks that keep so many weights, `shared` of them both; of two empty ones 1. */
const overlapOf = (shared: number, one: number, other: number): number => {
  const union = one + other - shared;
  return union === 0 ? 1 : shared / union;
};

/** The highest score dropped and the lowest grown in any layer, and the masks against those before and the first. */
export function maskTotals({ step, method, layers }: MaskEvent): MaskTotals {
  const sum = (count: (layer: MaskChange) => number): number => layers.reduce((all, layer) => all + count(layer), 0);
  const thresholds = (of: (layer: MaskChange) => number | null): number[] =>
    layers.map(of).filter((threshold) => threshold !== null);
  const highest = thresholds((layer) => layer.dropThreshold);
  const lowest = thresholds((layer) => layer.growThreshold);
  const [kept, dropped, grown] = [
    sum((layer) => layer.kept),
    sum((layer) => layer.dropped),
    sum((layer) => layer.grown),
  ];
  const first = layers.every(({ initial }) => initial) && {
    kept: sum(({ initial }) => initial!.kept),
    shared: sum(({ initial }) => initial!.shared),
  };
  return {
    step,
    method,
    layers: sum((layer) => Number(layer.dropped > 0 || layer.grown > 0)),
    dropped,
    grown,
    kept,
    dropThreshold: highest.length > 0 ? highest.reduce((a, b) => Math.max(a, b)) : null,
    growThreshold: lowest.length > 0 ? lowest.reduce((a, b) => Math.min(a, b)) : null,
    overlap: overlapOf(kept - grown, kept, kept - grown + dropped),
    initialOverlap: first ? overlapOf(first.shared, kept, first.kept) : null,
  };
}
