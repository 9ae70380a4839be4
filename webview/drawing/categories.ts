/**
 * Colours of things that have no order, such as layers: eight that common colour blindness tells apart (after Okabe and
 * Ito, "Color Universal Design", 2008, darkened for light themes), then the same with hatching, so that it is never the
 * hue alone.
 */
import { parseColour, type Theme } from '../theme';

const onDark = ['#56b4e9', '#e69f00', '#22b573', '#f0e442', '#cc79a7', '#f2703a', '#9a8cff', '#b4b4b4'];
const onLight = ['#0072b2', '#b36b00', '#00805c', '#8a7a00', '#b04c86', '#c23b00', '#5b4fc7', '#6b6b6b'];

export type Hatch = 'none' | 'diagonal' | 'across';
const hatches: readonly Hatch[] = ['none', 'diagonal', 'across'];
/** Hatching every so many CSS pixels. */
const hatchEvery = 6;

export interface Category {
  colour: string;
  hatch: Hatch;
}

/** Beyond three times eight two look alike, and only the read-out tells them apart. */
export const categoryOf = (place: number, theme: Theme): Category => {
  const colours = theme.dark ? onDark : onLight;
  return {
    colour: colours[place % colours.length],
    hatch: hatches[Math.floor(place / colours.length) % hatches.length],
  };
};

/** A fill for a canvas whose pixels are `ratio` a CSS pixel. */
export function categoryFill(
  context: CanvasRenderingContext2D,
  { colour, hatch }: Category,
  theme: Theme,
  ratio: number,
): string | CanvasPattern {
  if (hatch === 'none') return colour;
  return hatchFill(context, { colour, hatch, line: theme.background, ratio }) ?? colour;
}

/** Lines over a colour, or over nothing, in canvas pixels. */
export function hatchFill(
  context: CanvasRenderingContext2D,
  { colour, hatch, line, ratio }: { colour?: string; hatch: Exclude<Hatch, 'none'>; line: string; ratio: number },
): CanvasPattern | null {
  const side = Math.round(hatchEvery * ratio);
  const tile = new OffscreenCanvas(side, side);
  const pen = tile.getContext('2d')!;
  if (colour !== undefined) {
    pen.fillStyle = colour;
    pen.fillRect(0, 0, side, side);
  }
  pen.strokeStyle = line;
  pen.lineWidth = hatch === 'across' ? Math.round(ratio) : 1.2 * ratio;
  pen.beginPath();
  if (hatch === 'across') {
    // Between two pixels a line would be a blur of both.
    const middle = Math.floor(side / 2) + 0.5;
    pen.moveTo(0, middle);
    pen.lineTo(side, middle);
  } else {
    // Three strokes: the corners belong to the neighbouring tiles' lines.
    for (const shift of [-side, 0, side]) {
      pen.moveTo(shift, side);
      pen.lineTo(shift + side, 0);
    }
  }
  pen.stroke();
  return context.createPattern(tile, 'repeat');
}

/** The same as a background of an element of the legend. */
export const categoryBackground = ({ colour, hatch }: Category, theme: Theme): string => {
  if (hatch === 'none') return `linear-gradient(${colour}, ${colour})`;
  const angle = hatch === 'across' ? '0deg' : '135deg';
  const every = hatchEvery - 1;
  return `repeating-linear-gradient(${angle}, ${colour} 0 ${every - 1.5}px, ${theme.background} ${every - 1.5}px ${every}px)`;
};

/**
 * Of a matrix cell, which has no room for hatching: red, green, blue of each category in turn, the hatched ones paler
 * or stronger.
 */
export function cellColours(count: number, theme: Theme): [number, number, number][] {
  const [background, foreground] = [theme.background, theme.foreground].map(parseColour);
  return Array.from({ length: count }, (_, place) => {
    const { colour, hatch } = categoryOf(place, theme);
    const own = parseColour(colour);
    const towards = hatch === 'diagonal' ? background : foreground;
    const share = hatch === 'none' ? 0 : 0.45;
    return own.map((part, i) => part + (towards[i] - part) * share) as [number, number, number];
  });
}
