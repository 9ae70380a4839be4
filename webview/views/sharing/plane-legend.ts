/** What the shapes and regions of the map of divergence are. */
import { categoryBackground } from '../../drawing/categories';
import { drawShape, type PointShape, type Region } from '../../drawing/plane-draw';
import { colourOf } from '../../drawing/chart-options';
import type { ColourName } from '../../drawing/chart-spec';
import { h } from '../../dom';
import { parseColour, readTheme, type Theme } from '../../theme';
import { divergenceWords } from './divergence-words';
import { marks } from './prediction';

/** CSS pixels. */
const side = 22;

function shapeSample(shape: PointShape, colour: ColourName, theme: Theme): HTMLCanvasElement {
  const ratio = devicePixelRatio;
  const canvas = h('canvas', { class: 'shape', width: side * ratio, height: side * ratio, 'aria-hidden': 'true' });
  const context = canvas.getContext('2d');
  context?.scale(ratio, ratio);
  if (context) drawShape(context, shape, { left: side / 2, top: side / 2 }, colourOf(colour, theme), theme.background);
  return canvas;
}

/** What `share` of a colour over another one looks like. */
function mixed(colour: string, under: string, share: number): string {
  const [top, ground] = [colour, under].map(parseColour);
  return `rgb(${top.map((part, i) => Math.round(part * share + ground[i] * (1 - share))).join(', ')})`;
}

const order = ['config', 'converged', 'slow', 'collapsed', 'diverged', 'chosen'] as const;

/** `regions`: those that are drawn; they may be too small for their names. */
export const planeLegend = (regions: readonly Region[]): HTMLElement[] => {
  const theme = readTheme();
  const samples = regions.map((region) => {
    const swatch = h('span', { class: 'swatch area', 'aria-hidden': 'true' });
    const colour = mixed(colourOf(region.colour, theme), theme.background, 0.55);
    swatch.style.backgroundImage = categoryBackground({ colour, hatch: region.hatch }, theme);
    return h('li', { class: 'legend-item' }, swatch, region.label);
  });
  const points = order.map((name) =>
    h(
      'li',
      { class: 'legend-item' },
      shapeSample(marks[name].shape, marks[name].colour, theme),
      divergenceWords.points[name],
    ),
  );
  return [...samples, ...points];
};
