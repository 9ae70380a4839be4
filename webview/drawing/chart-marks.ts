/** Lines across a chart with a word beside them; no word lies on another or on a line. */
import type { Theme } from '../theme';
import { colourOf } from './chart-options';
import type { Mark } from './chart-spec';

/** Canvas pixels, y downwards. */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Where the data is drawn, how values become pixels of it, and how many pixels of the canvas one of CSS is. */
export interface MarkRoom {
  box: Box;
  ratio: number;
  place(value: number, axis: 'x' | 'y'): number;
}

const meet = (a: Box, b: Box): boolean =>
  a.left < b.left + b.width && b.left < a.left + a.width && a.top < b.top + b.height && b.top < a.top + a.height;

const inside = (a: Box, room: Box): boolean =>
  a.left >= room.left &&
  a.top >= room.top &&
  a.left + a.width <= room.left + room.width &&
  a.top + a.height <= room.top + room.height;

/** The first place that is in the room and meets nothing that is taken; the first at all when there is none. */
export const freePlace = (places: readonly Box[], room: Box, taken: readonly Box[]): Box =>
  places.find((place) => inside(place, room) && !taken.some((other) => meet(place, other))) ?? places[0];

/** Places of a word of this size beside a line at `at`, the best ones first. */
export function wordPlaces(axis: Mark['axis'], at: number, room: Box, word: { width: number; height: number }): Box[] {
  const gap = word.height / 3;
  if (axis === 'y') {
    const ends = [room.left + gap, room.left + room.width - word.width - gap];
    return [at - word.height, at + 1].flatMap((top) => ends.map((left) => ({ ...word, left, top })));
  }
  const sides = [at + gap, at - word.width - gap];
  const rows = Math.max(1, Math.floor(room.height / word.height));
  return Array.from({ length: rows }, (_, row) => room.top + row * word.height).flatMap((top) =>
    sides.map((left) => ({ ...word, left, top })),
  );
}

/** Lines first, so that every word knows them. */
export function drawMarks(
  context: CanvasRenderingContext2D,
  marks: readonly Mark[],
  room: MarkRoom,
  theme: Theme,
): void {
  const { box, ratio } = room;
  const seen = marks
    .map((mark) => ({ ...mark, at: Math.round(room.place(mark.value, mark.axis)) }))
    .filter(({ axis, at }) =>
      axis === 'x' ? at >= box.left && at <= box.left + box.width : at >= box.top && at <= box.top + box.height,
    );
  context.save();
  context.font = theme.font.replace(/^[\d.]+/, (size) => String(Number(size) * ratio));
  context.lineWidth = ratio;
  const taken: Box[] = [];
  for (const { axis, at, colour = 'muted', dash = [] } of seen) {
    context.strokeStyle = colourOf(colour, theme);
    context.setLineDash(dash.map((length) => length * ratio));
    context.beginPath();
    if (axis === 'x') {
      context.moveTo(at, box.top);
      context.lineTo(at, box.top + box.height);
      taken.push({ left: at, top: box.top, width: ratio, height: box.height });
    } else {
      context.moveTo(box.left, at);
      context.lineTo(box.left + box.width, at);
      taken.push({ left: box.left, top: at, width: box.width, height: ratio });
    }
    context.stroke();
  }
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  for (const { axis, at, text, colour = 'muted' } of seen) {
    if (text === '') continue;
    const word = { width: context.measureText(text).width, height: 14 * ratio };
    const place = freePlace(wordPlaces(axis, at, box, word), box, taken);
    taken.push(place);
    // A rim of background keeps it legible over a curve.
    context.setLineDash([]);
    context.lineWidth = 4 * ratio;
    context.strokeStyle = theme.background;
    context.strokeText(text, place.left, place.top + place.height / 2);
    context.fillStyle = colourOf(colour, theme);
    context.fillText(text, place.left, place.top + place.height / 2);
  }
  context.restore();
}
