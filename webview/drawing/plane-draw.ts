/** What a plane of two logarithmic axes is drawn of: regions, axes, points, names, cursor. */
import { figure } from '../format';
import type { Theme } from '../theme';
import { freePlace, type Box } from './chart-marks';
import { colourOf } from './chart-options';
import type { ColourName } from './chart-spec';
import { hatchFill, type Hatch } from './categories';
import { lineAt, shareOf, ticksOf, valueOf, type LogAxis } from './log-axis';

/** Points of a line, ascending in x. */
export type Line = readonly (readonly [x: number, y: number])[];

/** What lies between two lines; the lowest region has no line below, the highest none above. */
export interface Region {
  label: string;
  below?: Line;
  above?: Line;
  colour: ColourName;
  hatch: Hatch;
}

export type PointShape = 'disc' | 'cross' | 'triangle' | 'diamond' | 'ring' | 'square';

export interface PlaneValue {
  x: number;
  y: number;
}

export interface PlanePoint extends PlaneValue {
  shape: PointShape;
  colour: ColourName;
}

export interface PlaneContent {
  x: LogAxis;
  y: LogAxis;
  regions: readonly Region[];
  points: readonly PlanePoint[];
}

/** Where the plane lies on its canvas, CSS pixels, and what it is of. */
export interface PlaneFrame {
  room: Box;
  content: PlaneContent;
  theme: Theme;
  /** Canvas pixels a CSS pixel. */
  ratio: number;
}

interface Spot {
  left: number;
  top: number;
}

const labelEvery = { x: 56, y: 26 };
const pointSize = 5;
/** Least distance of two places that a region's name is tried at, as a share of the width. */
const nameStep = 0.04;

export const spotOf = ({ room, content }: PlaneFrame, { x, y }: PlaneValue): Spot => ({
  left: room.left + shareOf(content.x, x) * room.width,
  top: room.top + (1 - shareOf(content.y, y)) * room.height,
});

/** The nearest place of the plane. */
export const valueUnder = ({ room, content }: PlaneFrame, { left, top }: Spot): PlaneValue => {
  const within = (share: number): number => Math.max(0, Math.min(1, share));
  return {
    x: valueOf(content.x, within((left - room.left) / room.width)),
    y: valueOf(content.y, within(1 - (top - room.top) / room.height)),
  };
};

/** Regions reach as far as the axes do; their lines are straight between their points. */
export function drawRegions(context: CanvasRenderingContext2D, frame: PlaneFrame): void {
  const { room, theme, content, ratio } = frame;
  const columns = Math.ceil(room.width / 4);
  const edge = (line: Line | undefined, otherwise: number): Spot[] =>
    Array.from({ length: columns + 1 }, (_, i) => {
      const left = room.left + (room.width * i) / columns;
      if (!line) return { left, top: otherwise };
      const x = valueOf(content.x, i / columns);
      return { left, top: spotOf(frame, { x, y: lineAt(line, x) }).top };
    });
  context.save();
  context.beginPath();
  context.rect(room.left, room.top, room.width, room.height);
  context.clip();
  for (const { below, above, colour, hatch } of content.regions) {
    const upper = edge(above, room.top - 1);
    const lower = edge(below, room.top + room.height + 1);
    const hue = colourOf(colour, theme);
    context.beginPath();
    for (const { left, top } of [...upper, ...lower.reverse()]) context.lineTo(left, top);
    context.closePath();
    context.globalAlpha = hatch === 'none' ? (theme.highContrast ? 0.35 : 0.22) : 0.6;
    const pattern = hatch === 'none' ? undefined : hatchFill(context, { hatch, line: hue, ratio });
    // The context is scaled, and the pattern is made of canvas pixels.
    pattern?.setTransform(new DOMMatrix([1 / ratio, 0, 0, 1 / ratio, 0, 0]));
    context.fillStyle = pattern ?? hue;
    context.fill();
    context.globalAlpha = 1;
    if (!above) continue;
    context.beginPath();
    for (const { left, top } of edge(above, 0)) context.lineTo(left, top);
    context.strokeStyle = hue;
    context.lineWidth = 2;
    context.stroke();
  }
  context.restore();
}

/** As many of the ticks as have room for their labels. */
const spaced = (axis: LogAxis, length: number, every: number): number[] => {
  const ticks = ticksOf(axis);
  const skip = Math.max(1, Math.ceil((ticks.length * every) / length));
  return ticks.filter((_, i) => i % skip === 0);
};

/** `1e-4`, `0.01`, `1`. */
const tickText = (value: number): string => {
  const text = figure(value, 1);
  return text.includes('e') ? text : String(Number(text.replaceAll(',', '')));
};

/** Ticks, grid, names and frame; `names` stand below and left. */
export function drawAxes(context: CanvasRenderingContext2D, frame: PlaneFrame, names: { x: string; y: string }): void {
  const { room, theme, content } = frame;
  const foot = room.top + room.height;
  context.strokeStyle = theme.grid;
  context.fillStyle = theme.muted;
  context.lineWidth = 1;
  context.textAlign = 'center';
  context.textBaseline = 'top';
  for (const tick of spaced(content.x, room.width, labelEvery.x)) {
    const left = Math.round(spotOf(frame, { x: tick, y: content.y.low }).left) + 0.5;
    context.beginPath();
    context.moveTo(left, room.top);
    context.lineTo(left, foot);
    context.stroke();
    context.fillText(tickText(tick), left, foot + 4);
  }
  context.fillText(names.x, room.left + room.width / 2, foot + 20);
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  for (const tick of spaced(content.y, room.height, labelEvery.y)) {
    const top = Math.round(spotOf(frame, { x: content.x.low, y: tick }).top) + 0.5;
    context.beginPath();
    context.moveTo(room.left, top);
    context.lineTo(room.left + room.width, top);
    context.stroke();
    context.fillText(tickText(tick), room.left - 5, top);
  }
  context.save();
  context.translate(10, room.top + room.height / 2);
  context.rotate(-Math.PI / 2);
  context.textAlign = 'center';
  context.fillText(names.y, 0, 0);
  context.restore();
  context.strokeStyle = theme.line;
  context.strokeRect(room.left + 0.5, room.top + 0.5, room.width - 1, room.height - 1);
}

/** Beside the name of a region, CSS pixels. */
const labelRoom = 4;

/** Answers the places that the points take. */
export const drawPoints = (context: CanvasRenderingContext2D, frame: PlaneFrame): Box[] =>
  frame.content.points.map((point) => {
    const spot = spotOf(frame, point);
    drawShape(context, point.shape, spot, colourOf(point.colour, frame.theme), frame.theme.background);
    return { left: spot.left - 8, top: spot.top - 8, width: 16, height: 16 };
  });

/** The name of each region where it has the most room, not on what is `taken`. */
export function drawNames(context: CanvasRenderingContext2D, frame: PlaneFrame, taken: Box[]): void {
  const { room, theme, content } = frame;
  const topOf = (line: Line, x: number): number => spotOf(frame, { x, y: lineAt(line, x) }).top;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  for (const { label, below, above } of content.regions) {
    const word = { width: context.measureText(label).width, height: 16 };
    const places: (Box & { free: number })[] = [];
    for (let share = nameStep / 2; share < 1; share += nameStep) {
      const left = room.left + share * room.width;
      if (left + word.width > room.left + room.width) break;
      const ends = [left, left + word.width].map((at) => valueOf(content.x, (at - room.left) / room.width));
      const top = Math.max(room.top, ...(above ? ends.map((x) => topOf(above, x)) : []));
      const foot = Math.min(room.top + room.height, ...(below ? ends.map((x) => topOf(below, x)) : []));
      places.push({ ...word, left, top: (top + foot) / 2 - word.height / 2, free: foot - top });
    }
    const fitting = places.filter(({ free }) => free >= word.height).sort((a, b) => b.free - a.free);
    if (fitting.length === 0) continue;
    const place = freePlace(fitting, room, taken);
    taken.push(place);
    // A ground of its own: a hatch would go on through the letters.
    context.fillStyle = theme.background;
    context.fillRect(place.left - labelRoom, place.top, place.width + 2 * labelRoom, place.height);
    context.fillStyle = theme.foreground;
    context.fillText(label, place.left, place.top + place.height / 2);
  }
}

export function drawCross(context: CanvasRenderingContext2D, frame: PlaneFrame, at: PlaneValue): void {
  const { room, theme } = frame;
  const { left, top } = spotOf(frame, at);
  context.strokeStyle = theme.focus;
  context.lineWidth = 1;
  context.setLineDash([4, 3]);
  context.beginPath();
  context.moveTo(left, room.top);
  context.lineTo(left, room.top + room.height);
  context.moveTo(room.left, top);
  context.lineTo(room.left + room.width, top);
  context.stroke();
  context.setLineDash([]);
}

const r = pointSize;
const corners: Partial<Record<PointShape, readonly (readonly [number, number])[]>> = {
  triangle: [
    [-r - 1, -r],
    [r + 1, -r],
    [0, r + 2],
  ],
  diamond: [
    [0, -r - 2],
    [r + 2, 0],
    [0, r + 2],
    [-r - 2, 0],
  ],
  square: [
    [-r - 5, -r - 5],
    [r + 5, -r - 5],
    [r + 5, r + 5],
    [-r - 5, r + 5],
  ],
};
/** Drawn as lines alone, about what else is there. */
const isOpen = (shape: PointShape): boolean => shape === 'cross' || shape === 'ring' || shape === 'square';

function outline(context: CanvasRenderingContext2D, shape: PointShape, { left, top }: Spot): void {
  context.beginPath();
  if (shape === 'cross')
    for (const down of [-r, r]) {
      context.moveTo(left - r, top + down);
      context.lineTo(left + r, top - down);
    }
  else if (corners[shape]) {
    for (const [x, y] of corners[shape]) context.lineTo(left + x, top + y);
    context.closePath();
  } else context.arc(left, top, shape === 'ring' ? r + 2 : r, 0, 2 * Math.PI);
}

/** Under every shape a rim of background, so that it is told from any region. */
export function drawShape(
  context: CanvasRenderingContext2D,
  shape: PointShape,
  spot: Spot,
  colour: string,
  background: string,
): void {
  outline(context, shape, spot);
  context.strokeStyle = background;
  context.lineWidth = 5;
  context.stroke();
  outline(context, shape, spot);
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.fillStyle = shape === 'diamond' ? background : colour;
  if (!isOpen(shape)) context.fill();
  context.stroke();
}
