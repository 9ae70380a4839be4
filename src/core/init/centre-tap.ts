/** Kernels whose weights stand at one place, the centre: convolutions with the singular values of a matrix. */
import type { LayerShape } from '../density/layer-shape';
import { Mask } from '../mask';
import { partLayer } from './fan';
import type { Parted } from './fan';

/** The centre's place in a kernel, row by row: [floor((height - 1) / 2), floor((width - 1) / 2)] (eoi.md 1.3). */
export const centreTap = ({ kernel: [height, width] }: Pick<Parted, 'kernel'>): number =>
  Math.floor((height - 1) / 2) * width + Math.floor((width - 1) / 2);

/** Weights of a convolution that are made group by group, from a matrix at the centre of the kernel. */
export class CentredKernels {
  /** Row-major float32, rows x columns. */
  readonly weights: Float32Array<ArrayBuffer>;
  readonly mask: Mask;
  readonly parted: Parted;
  private readonly centre: number;

  /** Throws `init.bad-groups`, `init.bad-kernel`, `shape.*`. */
  constructor(private readonly shape: LayerShape) {
    this.parted = partLayer(shape);
    this.centre = centreTap(this.parted);
    this.weights = new Float32Array(shape.rows * shape.columns);
    this.mask = Mask.empty(shape.rows, shape.columns);
  }

  /** The (outputs x inputs) matrix of one group: what its mask keeps is kept at the centre. */
  place(group: number, matrix: { weights: Float32Array; mask: Mask }): void {
    const { outputs, inputs, taps } = this.parted;
    for (let o = 0; o < outputs; o++)
      for (let i = 0; i < inputs; i++) {
        if (!matrix.mask.get(o, i)) continue;
        const row = group * outputs + o;
        const column = i * taps + this.centre;
        this.mask.set(row, column);
        this.weights[row * this.shape.columns + column] = matrix.weights[o * inputs + i];
      }
  }

  /** Keeps the whole kernel wherever its centre is kept; the other weights are 0 in the beginning. */
  keepWholeKernels(): void {
    const { inputs, taps } = this.parted;
    for (let r = 0; r < this.shape.rows; r++)
      for (let i = 0; i < inputs; i++)
        if (this.mask.get(r, i * taps + this.centre))
          for (let tap = 0; tap < taps; tap++) this.mask.set(r, i * taps + tap);
  }
}
