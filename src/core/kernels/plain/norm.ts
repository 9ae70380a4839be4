import type { NormKernels } from '../norm';

/** Below the root, as in PyTorch. */
const epsilon = 1e-5;

const slopeOf = (scale: number, variance: number): number => scale / Math.sqrt(variance + epsilon);

export const plainNorm: NormKernels = {
  batchNorm(x, scale, shift, y, mean, variance, count, from, to) {
    for (let row = from; row < to; row++) {
      const [begin, end] = [row * count, (row + 1) * count];
      let sum = 0;
      for (let i = begin; i < end; i++) sum += x[i];
      const middle = sum / count;
      let squares = 0;
      for (let i = begin; i < end; i++) squares += (x[i] - middle) ** 2;
      mean[row] = middle;
      variance[row] = squares / count;
      const slope = slopeOf(scale[row], squares / count);
      for (let i = begin; i < end; i++) y[i] = (x[i] - middle) * slope + shift[row];
    }
  },
  batchNormBack(x, scale, mean, variance, dy, dx, dScale, dShift, count, from, to) {
    for (let row = from; row < to; row++) {
      const [begin, end] = [row * count, (row + 1) * count];
      const inverse = slopeOf(1, variance[row]);
      let [byScale, byShift] = [0, 0];
      for (let i = begin; i < end; i++) {
        byShift += dy[i];
        byScale += dy[i] * (x[i] - mean[row]) * inverse;
      }
      dScale[row] = byScale;
      dShift[row] = byShift;
      for (let i = begin; i < end; i++) {
        const unit = (x[i] - mean[row]) * inverse;
        dx[i] = scale[row] * inverse * (dy[i] - byShift / count - (unit * byScale) / count);
      }
    }
  },
  scaleRows(x, scale, shift, y, mean, variance, count, from, to) {
    for (let row = from; row < to; row++) {
      const slope = slopeOf(scale[row], variance[row]);
      for (let i = row * count; i < (row + 1) * count; i++) y[i] = (x[i] - mean[row]) * slope + shift[row];
    }
  },
  layerNorm(x, scale, shift, y, mean, inverse, size, inner, from, to) {
    for (let at = from; at < to; at++) {
      let sum = 0;
      for (let row = 0; row < size; row++) sum += x[row * inner + at];
      const middle = sum / size;
      let squares = 0;
      for (let row = 0; row < size; row++) squares += (x[row * inner + at] - middle) ** 2;
      const own = slopeOf(1, squares / size);
      mean[at] = middle;
      inverse[at] = own;
      for (let row = 0, i = at; row < size; row++, i += inner) y[i] = (x[i] - middle) * own * scale[row] + shift[row];
    }
  },
  layerNormBack(x, scale, mean, inverse, dy, dx, size, inner, from, to) {
    for (let at = from; at < to; at++) {
      let [sum, along] = [0, 0];
      for (let row = 0, i = at; row < size; row++, i += inner) {
        const gradient = dy[i] * scale[row];
        sum += gradient;
        along += gradient * (x[i] - mean[at]) * inverse[at];
      }
      for (let row = 0, i = at; row < size; row++, i += inner) {
        const unit = (x[i] - mean[at]) * inverse[at];
        dx[i] = inverse[at] * (dy[i] * scale[row] - sum / size - (unit * along) / size);
      }
    }
  },
  layerNormScaleBack(x, mean, inverse, dy, dScale, dShift, inner, from, to) {
    for (let row = from; row < to; row++) {
      let [byScale, byShift] = [0, 0];
      for (let at = 0, i = row * inner; at < inner; at++, i++) {
        byShift += dy[i];
        byScale += dy[i] * (x[i] - mean[at]) * inverse[at];
      }
      dScale[row] = byScale;
      dShift[row] = byShift;
    }
  },
};
