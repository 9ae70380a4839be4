/**
 * A number for each location of a memory. Of a fold they are constant along stretches, so that a few numbers say them
 * all.
 */

export interface LocationValues {
  /**
   * values[k] is that of the locations from ends[k - 1] (0 at first) to ends[k], exclusive. Absent: one value per
   * location.
   */
  ends?: Int32Array;
  values: Float64Array;
}

export const mapValues = (
  { ends, values }: LocationValues,
  f: (value: number, k: number) => number,
): LocationValues => ({
  ...(ends && { ends }),
  values: mapped(values, f),
});

/** A loop: of millions of values `map` of a typed array takes several times as long. */
function mapped(values: Float64Array, f: (value: number, k: number) => number): Float64Array {
  const out = new Float64Array(values.length);
  for (let k = 0; k < values.length; k++) out[k] = f(values[k], k);
  return out;
}

/** Bytes of them. */
export const valueBytes = ({ ends, values }: LocationValues): number => values.byteLength + (ends?.byteLength ?? 0);

/** `visit` gets each value with the locations it is that of, [from, to). */
export function eachStretch(
  { ends, values }: LocationValues,
  visit: (value: number, from: number, to: number, k: number) => void,
): void {
  for (let k = 0, from = 0; k < values.length; k++) {
    const to = ends ? ends[k] : k + 1;
    visit(values[k], from, to, k);
    from = to;
  }
}

/** One after the other. */
export function spreadOut(values: LocationValues, m: number): Float64Array {
  if (!values.ends) return values.values;
  const out = new Float64Array(m);
  eachStretch(values, (value, from, to) => out.fill(value, from, to));
  return out;
}

/** The stretch that a location lies in. */
export function stretchAt({ ends }: LocationValues, location: number): number {
  if (!ends) return location;
  let [low, high] = [0, ends.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ends[middle] > location) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Those of the locations `from` to `to` (exclusive), into out[0 .. to - from). */
export function valuesBetween(of: LocationValues, from: number, to: number, out: Float64Array): void {
  const { ends, values } = of;
  if (!ends) {
    out.set(values.subarray(from, to));
    return;
  }
  for (let k = stretchAt(of, from), j = from; j < to; k++) {
    const end = Math.min(to, ends[k]);
    out.fill(values[k], j - from, end - from);
    j = end;
  }
}

/** memory[j] *= value of j, in place. */
export function multiply(memory: Float32Array | Float64Array, { ends, values }: LocationValues): void {
  for (let k = 0, j = 0; k < values.length; k++)
    for (const to = ends ? ends[k] : k + 1; j < to; j++) memory[j] *= values[k];
}

/** memory[j] /= value of j, in place. */
export function divide(memory: Float32Array | Float64Array, { ends, values }: LocationValues): void {
  for (let k = 0, j = 0; k < values.length; k++)
    for (const to = ends ? ends[k] : k + 1; j < to; j++) memory[j] /= values[k];
}
