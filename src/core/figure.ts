/**
 * `digits` significant digits without a tail of zeros, with an exponent below a thousandth and from a hundred thousand:
 * `0.1`, `0.0999`, `9.81e-5`, `3.57e+16`.
 */
export function figureText(value: number, digits: number): string {
  const rounded = Number(value.toPrecision(digits));
  const size = Math.abs(rounded);
  return size !== 0 && (size < 1e-3 || size >= 1e5) ? rounded.toExponential() : String(rounded);
}

/** `location` of one, `locations` of none or several. */
export const plural = (value: number, one: string): string => (value === 1 ? one : `${one}s`);

/** `31,360`: of what was counted; what is typed into a config is told as it is typed. */
export const count = (value: number): string => value.toLocaleString('en');
