/** Numbers as a person reads them: three significant digits. */

/** `0.0731`, `12.3`, `1`: three significant digits without trailing zeros. */
export const significant = (value: number): string => String(Number(value.toPrecision(3)));

/** Shares of one, to three places, without the leading zero of prose: `0.942`. */
export const share = (value: number): string => value.toFixed(3);

/** `max|WWᵀ-I|` and the like: `2.4e-7`. */
export const small = (value: number): string => (value === 0 ? '0' : value.toExponential(1));

/** (out, in) as `100 × 784`, (out, in / groups, kh, kw) as `16 × 3 × 3 × 3`. */
export const shapeText = (shape: readonly number[]): string => shape.join(' × ');
