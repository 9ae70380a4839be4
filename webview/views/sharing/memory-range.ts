/** Which part of the memory is seen: pure arithmetic on locations. */
import type { OwnersRequest } from '../../../src/protocol/sharing-view';

/** Locations `[from, to)`. */
export interface Range {
  from: number;
  to: number;
}

/** Fewer locations than this are not looked at closer. */
const fewest = 8;

/** The first location of a bin; of the number of bins the end. */
export const edgeOf = ({ from, to, bins }: OwnersRequest, bin: number): number =>
  from + Math.ceil(((to - from) * bin) / bins);

/** Keeps its length, within the memory. */
const settled = (from: number, length: number, m: number): Range => {
  const start = Math.max(0, Math.min(m - length, Math.round(from)));
  return { from: start, to: start + length };
};

/** `factor` above 1 shows more. What is under the cursor stays where it is, without one the middle. */
export function rangeAfterZoom({ from, to }: Range, factor: number, about: number | undefined, m: number): Range {
  const length = Math.max(Math.min(fewest, m), Math.min(m, Math.round((to - from) * factor)));
  const centre = about ?? (from + to) / 2;
  return settled(centre - ((centre - from) * length) / (to - from), length, m);
}

/** `by`: a share of what is seen. */
export const rangeAfterMove = ({ from, to }: Range, by: number, m: number): Range => {
  const shift = Math.sign(by) * Math.max(1, Math.abs(Math.round(by * (to - from))));
  return settled(from + shift, to - from, m);
};
