/** A chart for an exported picture: title and legend, which the page shows beside it, drawn above the plot. */
import { h } from '../dom';
import type { Theme } from '../theme';
import { colourOf } from './chart-options';
import type { ChartSpec, SeriesSpec } from './chart-spec';

const headHeight = 22;
const sampleWidth = 20;
const gap = 8;

/** `plot`: the canvas on the screen; its pixels are `ratio` a CSS pixel. The plot itself where the device has no more canvases. */
export function chartPicture(plot: HTMLCanvasElement, spec: ChartSpec, theme: Theme, ratio: number): HTMLCanvasElement {
  const canvas = h('canvas', { width: plot.width, height: plot.height + headHeight * ratio });
  const context = canvas.getContext('2d');
  if (!context) return plot;
  context.drawImage(plot, 0, headHeight * ratio);
  context.scale(ratio, ratio);
  context.font = theme.font;
  context.textBaseline = 'middle';
  context.fillStyle = theme.foreground;
  context.fillText(spec.y.label, 0, headHeight / 2);
  const shown = spec.series.filter(({ label }) => label !== '');
  if (shown.length < 2) return canvas;
  let right = plot.width / ratio;
  for (const series of shown.toReversed()) {
    right -= context.measureText(series.label).width;
    context.fillStyle = theme.foreground;
    context.fillText(series.label, right, headHeight / 2);
    right -= gap / 2 + sampleWidth;
    drawSample(context, series, right, theme);
    right -= 2 * gap;
  }
  return canvas;
}

/** A piece of the line, or a point, as the series is drawn. */
function drawSample(
  context: CanvasRenderingContext2D,
  { draw, dash, colour, width = 1.5 }: SeriesSpec,
  left: number,
  theme: Theme,
): void {
  const middle = headHeight / 2;
  context.strokeStyle = context.fillStyle = colourOf(colour, theme);
  context.beginPath();
  if (draw === 'points') {
    context.arc(left + sampleWidth / 2, middle, 3, 0, 2 * Math.PI);
    context.fill();
    return;
  }
  context.lineWidth = width;
  context.setLineDash(dash ?? []);
  context.moveTo(left, middle);
  context.lineTo(left + sampleWidth, middle);
  context.stroke();
  context.setLineDash([]);
}
