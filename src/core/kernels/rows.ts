/** What is done to values one by one, or to rows of them: a row is a channel with all its places and examples. */
export interface RowKernels {
  /** y = xᵀ of the rows `from` to `to` of x, (rows, columns). */
  transpose(x: Float32Array, y: Float32Array, rows: number, columns: number, from: number, to: number): void;
  /** y = a + b of the values `from` to `to`; y may be either. */
  add(a: Float32Array, b: Float32Array, y: Float32Array, from: number, to: number): void;
  /** y = x + w of its row, of rows of `count` values. */
  addToRows(x: Float32Array, w: Float32Array, y: Float32Array, count: number, from: number, to: number): void;
  /** The sum of each row of `count` values. */
  sumRows(x: Float32Array, sums: Float32Array, count: number, from: number, to: number): void;
  /** Over the places of a channel: x (channels, places, batch), y (channels, batch). */
  meanOfPlaces(x: Float32Array, y: Float32Array, places: number, batch: number, from: number, to: number): void;
  /** The gradient of `meanOfPlaces`; where `more` is 1, added to dx. */
  meanOfPlacesBack(
    dy: Float32Array,
    dx: Float32Array,
    more: number,
    places: number,
    batch: number,
    from: number,
    to: number,
  ): void;
  /** y = x s at every place: x (channels, places, batch), s (channels, batch). */
  scalePlaces(
    x: Float32Array,
    s: Float32Array,
    y: Float32Array,
    places: number,
    batch: number,
    from: number,
    to: number,
  ): void;
  /** The gradients of `scalePlaces` by x and by s. */
  scalePlacesBack(
    x: Float32Array,
    s: Float32Array,
    dy: Float32Array,
    dx: Float32Array,
    ds: Float32Array,
    places: number,
    batch: number,
    from: number,
    to: number,
  ): void;
}
