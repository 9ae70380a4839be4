/** A chart for an exported picture: title and legend, which the page shows beside it, drawn above the plot. */
import { h } from '../dom';
import type { Theme } from '../theme';
import { colourOf } from './chart-options';
import type { SeriesSpec } from './chart-spec';
import { flow } from './flow';

/** CSS pixels. */
const lineHeight = 22;
const sampleWidth = 20;
const sampleGap = 4;
const gap = 16;

/**
 * `plot`: the canvas on the screen; its pixels are `ratio` a CSS pixel. `shown`: what the legend names. The plot itself
 * where the device has no more canvases. The legend stands right of the title; where it has no room there, below it.
 */
export function chartPicture(
  plot: HTMLCanvasElement,
  title: string,
  shown: readonly SeriesSpec[],
  theme: Theme,
  ratio: number,
): HTMLCanvasElement {
  const canvas = h('canvas', {});
  const context = canvas.getContext('2d');
  if (!context) return plot;
  context.font = theme.font;
  const widths = shown.map(({ label }) => sampleWidth + sampleGap + context.measureText(label).width);
  const width = plot.width / ratio;
  const length = widths.reduce((sum, own) => sum + gap + own, 0);
  const beside = context.measureText(title).width + length <= width;
  const lines = beside ? [widths.map((_, place) => place)] : [[], ...flow(widths, gap, width)];
  const head = lines.length * lineHeight * ratio;
  canvas.width = plot.width;
  canvas.height = plot.height + head;
  context.drawImage(plot, 0, head);
  context.scale(ratio, ratio);
  // Another size of the canvas made it forget the font.
  context.font = theme.font;
  context.textBaseline = 'middle';
  context.fillStyle = theme.foreground;
  context.fillText(title, 0, lineHeight / 2);
  lines.forEach((places, line) => {
    let left = beside ? width + gap - length : 0;
    for (const place of places) {
      drawEntry(context, shown[place], { left, middle: (line + 0.5) * lineHeight }, theme);
      left += widths[place] + gap;
    }
  });
  return canvas;
}

interface Spot {
  left: number;
  middle: number;
}

/** A piece of the line, with a point where the series has them, and its name. */
function drawEntry(
  context: CanvasRenderingContext2D,
  { label, draw, dash, colour, width = 1.5 }: SeriesSpec,
  { left, middle }: Spot,
  theme: Theme,
): void {
  context.fillStyle = theme.foreground;
  context.fillText(label, left + sampleWidth + sampleGap, middle);
  context.strokeStyle = context.fillStyle = colourOf(colour, theme);
  if (draw === 'points' || draw === 'marked') {
    context.beginPath();
    context.arc(left + sampleWidth / 2, middle, draw === 'points' ? 3 : 2, 0, 2 * Math.PI);
    context.fill();
  }
  if (draw === 'points') return;
  context.beginPath();
  context.lineWidth = width;
  context.setLineDash(dash ?? []);
  context.moveTo(left, middle);
  context.lineTo(left + sampleWidth, middle);
  context.stroke();
  context.setLineDash([]);
}
