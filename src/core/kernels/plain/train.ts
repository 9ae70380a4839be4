import type { TrainKernels } from '../train';

/** The defaults of PyTorch and of Kingma and Ba (2015). */
const [beta1, beta2] = [0.9, 0.999];
/** Beside the size of a gradient. */
export const epsilon = 1e-8;

export const plainTrain: TrainKernels = {
  crossEntropy(logits, labels, dLogits, classes, batch, smoothing, share) {
    let loss = 0;
    const each = smoothing / classes;
    for (let b = 0; b < batch; b++) {
      let most = -Infinity;
      for (let k = 0; k < classes; k++) most = Math.max(most, logits[k * batch + b]);
      let sum = 0;
      for (let k = 0; k < classes; k++) sum += Math.exp(logits[k * batch + b] - most);
      const level = most + Math.log(sum);
      for (let k = 0; k < classes; k++) {
        const target = each + (k === labels[b] ? 1 - smoothing : 0);
        const logShare = logits[k * batch + b] - level;
        loss -= target === 0 ? 0 * logShare : target * logShare;
        dLogits[k * batch + b] = (Math.exp(logShare) - target) * share;
      }
    }
    return loss;
  },
  sumOfSquares(x, from, to) {
    let sum = 0;
    for (let i = from; i < to; i++) sum += x[i] * x[i];
    return sum;
  },
  moveBySgd(w, v, g, factor, decay, momentum, nesterov, learningRate, from, to) {
    for (let i = from; i < to; i++) {
      const decayed = factor * g[i] + decay * w[i];
      let direction = decayed;
      if (momentum !== 0) {
        const velocity = momentum * v[i] + decayed;
        v[i] = velocity;
        direction = nesterov === 1 ? decayed + momentum * velocity : velocity;
      }
      w[i] -= learningRate * direction;
    }
  },
  moveByAdam(w, mean, square, g, factor, decay, pull, rate, deviation, from, to) {
    for (let i = from; i < to; i++) {
      const decayed = factor * g[i] + decay * w[i];
      const first = beta1 * mean[i] + (1 - beta1) * decayed;
      const second = beta2 * square[i] + (1 - beta2) * decayed * decayed;
      mean[i] = first;
      square[i] = second;
      w[i] = pull * w[i] - (rate * first) / (Math.sqrt(second) / deviation + epsilon);
    }
  },
};
