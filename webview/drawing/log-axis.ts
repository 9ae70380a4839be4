/** An axis whose equal distances are equal ratios: pure arithmetic. */

export interface LogAxis {
  /** Ends, both positive, `low` below `high`. */
  low: number;
  high: number;
}

/** 0 at the low end, 1 at the high one. */
export const shareOf = ({ low, high }: LogAxis, value: number): number => Math.log(value / low) / Math.log(high / low);

export const valueOf = ({ low, high }: LogAxis, share: number): number => low * (high / low) ** share;

/** Ends that hold all values with some room beyond, and span at least `least` decades. */
export function axisFor(values: readonly number[], least = 2): LogAxis {
  const known = values.filter((value) => Number.isFinite(value) && value > 0).map(Math.log10);
  const low = known.length > 0 ? Math.min(...known) : 0;
  const high = known.length > 0 ? Math.max(...known) : 0;
  const room = Math.max(0.15, (high - low) * 0.06, (least - (high - low)) / 2);
  return { low: 10 ** (low - room), high: 10 ** (high + room) };
}

/**
 * Powers of ten on the axis; where it has less than three of them, 2 and 5 of each as well. Where more than `most`
 * would not have room, every second power, every third, ...
 */
export function ticksOf({ low, high }: LogAxis, most = Infinity): number[] {
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const decades = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const isIn = (value: number): boolean => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9);
  const powers = decades.map((power) => Number(`1e${power}`)).filter(isIn);
  const units = decades.flatMap((power) => [1, 2, 5].map((unit) => Number(`${unit}e${power}`))).filter(isIn);
  if (powers.length <= 2 && (units.length <= most || powers.length === 0)) return units;
  const every = Math.max(1, Math.ceil(powers.length / Math.max(1, most)));
  return powers.filter((_, i) => i % every === 0);
}

/** From here on a power of ten is longer than its exponent. */
const longPower = 1e3;

/**
 * Ticks of one axis in one way: `1e5`, not `100,000`, and `1e-3`, not `0.001`, where others need an exponent anyhow.
 * `plain`: how a tick is written by itself.
 */
export function tickTexts(ticks: readonly number[], plain: (value: number) => string): string[] {
  const texts = ticks.map(plain);
  if (!texts.some((text) => text.includes('e'))) return texts;
  return ticks.map((tick, i) => {
    const long = tick >= longPower || tick <= 1 / longPower;
    return long && !texts[i].includes('e') ? tick.toExponential().replace('e+', 'e') : texts[i];
  });
}

/** A line through points of a log-log plane, its ends carried on as straight ones; points ascend in x. */
export function lineAt(points: readonly (readonly [x: number, y: number])[], x: number): number {
  if (points.length === 0) return NaN;
  if (points.length === 1) return points[0][1];
  const at = points.findIndex(([px]) => px >= x);
  const i = at < 0 ? points.length - 1 : Math.max(1, at);
  const [[x0, y0], [x1, y1]] = [points[i - 1], points[i]];
  const slope = Math.log(y1 / y0) / Math.log(x1 / x0);
  return y0 * (x / x0) ** slope;
}
