/** What paints cells into a canvas: WebGL2, or the 2D context where there is none. */
import type { ColourMap } from './colour-map';
import { levelFor, type Cells, type Grid } from './grid';
import type { Viewport } from './viewport';

export interface Scene {
  /** Painted in this order, later ones over earlier ones. */
  grids: readonly Grid[];
  /** In device pixels. */
  view: Viewport;
  colours: ColourMap;
  /** Magnitude at the ends of the colour map. */
  limit: number;
}

export interface Painter {
  readonly kind: 'webgl2' | '2d';
  readonly canvas: HTMLCanvasElement;
  /** Sets the canvas's size, device pixels. */
  resize(width: number, height: number): void;
  paint(scene: Scene): void;
  /** Forgets what belongs to grids that are not shown any more. */
  dispose(): void;
}

/** One grid ready to paint: its cells at the level that the view needs, and the elements of one such cell. */
export interface Layer {
  grid: Grid;
  key: string;
  cells: Cells;
  cellRows: number;
  cellColumns: number;
}

export const layerOf = (grid: Grid, view: Viewport): Layer => {
  const down = levelFor(view.scaleY * grid.place.factor);
  const across = levelFor(view.scaleX * grid.place.factor);
  return {
    grid,
    key: `${down}/${across}`,
    cells: grid.level(down, across),
    cellRows: grid.place.factor * 2 ** down,
    cellColumns: grid.place.factor * 2 ** across,
  };
};
