import type { PoolKernels } from '../pool';

type Range = Parameters<PoolKernels['poolMean']> extends [Float32Array, Float32Array, ...infer R] ? R : never;

/** Calls `use` with where each window's result and its taps lie. */
function eachWindow(range: Range, use: (into: number, taps: readonly number[]) => void): void {
  const [size, stride, height, width, rows, columns, batch, from, to] = range;
  for (let channel = from; channel < to; channel++)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) {
        const taps: number[] = [];
        for (let y = 0; y < size; y++)
          for (let x = 0; x < size; x++)
            taps.push(((channel * height + row * stride + y) * width + column * stride + x) * batch);
        const into = ((channel * rows + row) * columns + column) * batch;
        for (let b = 0; b < batch; b++)
          use(
            into + b,
            taps.map((tap) => tap + b),
          );
      }
}

/** Of the channels of the range. */
function clear(dx: Float32Array, [, , height, width, , , batch, from, to]: Range): void {
  dx.fill(0, from * height * width * batch, to * height * width * batch);
}

export const plainPool: PoolKernels = {
  poolMax(x, y, ...range) {
    eachWindow(range, (into, taps) => (y[into] = Math.max(...taps.map((tap) => x[tap]))));
  },
  poolMaxBack(x, y, dy, dx, ...range) {
    clear(dx, range);
    eachWindow(range, (into, taps) => {
      const first = taps.find((tap) => x[tap] === y[into]);
      if (first !== undefined) dx[first] += dy[into];
    });
  },
  poolMean(x, y, ...range) {
    eachWindow(range, (into, taps) => (y[into] = taps.reduce((sum, tap) => sum + x[tap], 0) / taps.length));
  },
  poolMeanBack(dy, dx, ...range) {
    clear(dx, range);
    eachWindow(range, (into, taps) => {
      for (const tap of taps) dx[tap] += dy[into] / taps.length;
    });
  },
};
