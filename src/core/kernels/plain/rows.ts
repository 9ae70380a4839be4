import type { RowKernels } from '../rows';

export const plainRows: RowKernels = {
  transpose(x, y, rows, columns, from, to) {
    for (let row = from; row < to; row++)
      for (let column = 0; column < columns; column++) y[column * rows + row] = x[row * columns + column];
  },
  add(a, b, y, from, to) {
    for (let i = from; i < to; i++) y[i] = a[i] + b[i];
  },
  addToRows(x, w, y, count, from, to) {
    for (let row = from, i = from * count; row < to; row++)
      for (let end = i + count; i < end; i++) y[i] = x[i] + w[row];
  },
  sumRows(x, sums, count, from, to) {
    for (let row = from, i = from * count; row < to; row++) {
      let sum = 0;
      for (let end = i + count; i < end; i++) sum += x[i];
      sums[row] = sum;
    }
  },
  meanOfPlaces(x, y, places, batch, from, to) {
    for (let at = from * batch; at < to * batch; at++) {
      const first = Math.floor(at / batch) * places * batch + (at % batch);
      let sum = 0;
      for (let place = 0; place < places; place++) sum += x[first + place * batch];
      y[at] = sum / places;
    }
  },
  meanOfPlacesBack(dy, dx, more, places, batch, from, to) {
    for (let i = from * places * batch; i < to * places * batch; i++) {
      const gradient = dy[Math.floor(i / (places * batch)) * batch + (i % batch)] / places;
      dx[i] = more === 1 ? dx[i] + gradient : gradient;
    }
  },
  scalePlaces(x, s, y, places, batch, from, to) {
    for (let i = from * places * batch; i < to * places * batch; i++)
      y[i] = x[i] * s[Math.floor(i / (places * batch)) * batch + (i % batch)];
  },
  scalePlacesBack(x, s, dy, dx, ds, places, batch, from, to) {
    ds.fill(0, from * batch, to * batch);
    for (let i = from * places * batch; i < to * places * batch; i++) {
      const at = Math.floor(i / (places * batch)) * batch + (i % batch);
      ds[at] += dy[i] * x[i];
      dx[i] = dy[i] * s[at];
    }
  },
};
