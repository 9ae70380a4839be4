/** What a training step ends in: the loss and its gradient, the size of all gradients, and the update. */
export interface TrainKernels {
  /**
   * Answers the cross-entropy of softmax(logits), (classes, batch), summed over the batch, and in `dLogits` its
   * gradient times `share`; they are not where the logits are. `smoothing`: share of each target that is spread over
   * all classes (Szegedy et al. 2016).
   */
  crossEntropy(
    logits: Float32Array,
    labels: Int32Array,
    dLogits: Float32Array,
    classes: number,
    batch: number,
    smoothing: number,
    share: number,
  ): number;
  /** Of the values `from` to `to`. */
  sumOfSquares(x: Float32Array, from: number, to: number): number;
  /**
   * As `updateInPlace` of engine/optimizer.ts by sgd, by gradients times `factor`; without momentum v is not looked at.
   */
  moveBySgd(
    w: Float32Array,
    v: Float32Array,
    g: Float32Array,
    factor: number,
    decay: number,
    momentum: number,
    nesterov: number,
    learningRate: number,
    from: number,
    to: number,
  ): void;
  /**
   * As `updateInPlace` by adam and adamw: w = pull w - rate mean / (sqrt(square) / deviation + 1e-8), by gradients
   * times `factor` and `decay` times the weight.
   */
  moveByAdam(
    w: Float32Array,
    mean: Float32Array,
    square: Float32Array,
    g: Float32Array,
    factor: number,
    decay: number,
    pull: number,
    rate: number,
    deviation: number,
    from: number,
    to: number,
  ): void;
}
