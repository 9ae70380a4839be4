/** 1, 2, 5, 10, 20, 50 ..., also below 1: the smallest that is at least `least`. */
export function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((unit) => unit * power >= least) ?? 10);
}
