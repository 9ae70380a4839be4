/** Paints cells with the 2D context: the fallback without WebGL2, and the whole of it in a report. */
import { rampIndex } from './colour-map';
import { pending } from './grid';
import { layerOf, type Layer, type Painter, type Scene } from './painter';

export class Painter2d implements Painter {
  readonly kind = '2d';
  private readonly context: CanvasRenderingContext2D;

  constructor(readonly canvas: HTMLCanvasElement) {
    this.context = canvas.getContext('2d')!;
  }

  resize(width: number, height: number): void {
    this.canvas.width = width;
    this.canvas.height = height;
  }

  paint(scene: Scene): void {
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    for (const grid of scene.grids) this.paintLayer(layerOf(grid, scene.view), scene);
  }

  dispose(): void {
    this.canvas.width = 0;
  }

  /** Colours the cells in sight one pixel each, then draws that enlarged without smoothing. */
  private paintLayer({ grid, cells, cellRows, cellColumns }: Layer, { view, colours, limit }: Scene): void {
    const left = view.left + grid.place.columnStart * view.scaleX;
    const top = view.top + grid.place.rowStart * view.scaleY;
    const width = cellColumns * view.scaleX;
    const height = cellRows * view.scaleY;
    const rowStart = Math.max(0, Math.floor(-top / height));
    const rowEnd = Math.min(cells.rows, Math.ceil((this.canvas.height - top) / height));
    const columnStart = Math.max(0, Math.floor(-left / width));
    const columnEnd = Math.min(cells.columns, Math.ceil((this.canvas.width - left) / width));
    if (rowEnd <= rowStart || columnEnd <= columnStart) return;
    const image = new ImageData(columnEnd - columnStart, rowEnd - rowStart);
    const { ramp } = colours;
    let at = 0;
    for (let row = rowStart; row < rowEnd; row++)
      for (let column = columnStart; column < columnEnd; column++, at += 4) {
        const value = cells.values[row * cells.columns + column];
        if (value === pending) image.data.set(colours.pending, at);
        else {
          const from = 4 * rampIndex(value, limit);
          image.data[at] = ramp[from];
          image.data[at + 1] = ramp[from + 1];
          image.data[at + 2] = ramp[from + 2];
          image.data[at + 3] = ramp[from + 3];
        }
      }
    const small = new OffscreenCanvas(image.width, image.height);
    small.getContext('2d')!.putImageData(image, 0, 0);
    this.context.imageSmoothingEnabled = false;
    this.context.save();
    // The last cell may stand for fewer elements than the others.
    this.context.beginPath();
    this.context.rect(left, top, grid.place.columns * view.scaleX, grid.place.rows * view.scaleY);
    this.context.clip();
    // A finer grid replaces what lies under it, also where it is zero.
    const area = [
      left + columnStart * width,
      top + rowStart * height,
      image.width * width,
      image.height * height,
    ] as const;
    this.context.clearRect(...area);
    this.context.drawImage(small, ...area);
    this.context.restore();
  }
}
