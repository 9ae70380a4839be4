/** What the map of the memory is drawn of: grid, bands, the even load, the cursor. */
import type { SharingOwners } from '../../../src/protocol/sharing-view';
import { categoryFill, categoryOf } from '../../drawing/categories';
import { freePlace, type Box } from '../../drawing/chart-marks';
import { niceStep } from '../../drawing/nice-step';
import { count } from '../../format';
import type { Theme } from '../../theme';
import { edgeOf, type Range } from './memory-range';

export interface MemoryContent {
  layers: readonly string[];
  /** Locations. */
  m: number;
  /** The even load, and what is said of it. */
  even: { value: number; text: string };
}

interface MemoryFrame {
  /** Where the memory lies on the canvas, CSS pixels. */
  room: Box;
  /** What of it is seen. */
  range: Range;
  content: MemoryContent;
  owners: SharingOwners;
  theme: Theme;
  /** Canvas pixels a CSS pixel. */
  ratio: number;
  names: { x: string; y: string };
}

/** `layer`: the one with a rim; -1 for none. */
interface Chosen {
  location: number | undefined;
  layer: number;
}

const labelEvery = { x: 84, y: 26 };
/** Over the highest stack there is room, as a share of it. */
const headRoom = 1.08;

/** Weights per location in a bin, at the most. */
function highestLoad(owners: SharingOwners, layers: number): number {
  const { bins, counts } = owners;
  let most = 0;
  for (let bin = 0; bin < bins; bin++) {
    let sum = 0;
    for (let layer = 0; layer < layers; layer++) sum += counts[layer * bins + bin];
    // A memory with fewer locations than bins leaves some of them empty.
    const locations = edgeOf(owners, bin + 1) - edgeOf(owners, bin);
    if (locations > 0) most = Math.max(most, sum / locations);
  }
  return most;
}

export function drawMemory(context: CanvasRenderingContext2D, frame: MemoryFrame, chosen: Chosen): void {
  const { owners, content, ratio, theme } = frame;
  const top = headRoom * Math.max(content.even.value, highestLoad(owners, content.layers.length));
  context.save();
  context.scale(ratio, ratio);
  context.font = theme.font;
  drawGrid(context, frame, top);
  context.restore();
  drawBands(context, frame, top, chosen.layer);
  context.scale(ratio, ratio);
  context.font = theme.font;
  drawEven(context, frame, top);
  drawFrame(context, frame, chosen.location);
}

function drawGrid(context: CanvasRenderingContext2D, { room, theme, range, names }: MemoryFrame, top: number): void {
  const foot = room.top + room.height;
  context.strokeStyle = theme.grid;
  context.fillStyle = theme.muted;
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  const step = Math.max(1, niceStep((top * labelEvery.y) / room.height));
  for (let load = 0; load <= top; load += step) {
    const y = Math.round(foot - (load / top) * room.height) + 0.5;
    context.beginPath();
    context.moveTo(room.left, y);
    context.lineTo(room.left + room.width, y);
    context.stroke();
    context.fillText(count(load), room.left - 5, y);
  }
  context.textAlign = 'center';
  context.textBaseline = 'top';
  const every = Math.max(1, niceStep(((range.to - range.from) * labelEvery.x) / room.width));
  for (let location = Math.ceil(range.from / every) * every; location < range.to; location += every) {
    const x = room.left + ((location - range.from) / (range.to - range.from)) * room.width;
    if (x < room.left + room.width - 12) context.fillText(count(location), x, foot + 4);
  }
  context.fillText(names.x, room.left + room.width / 2, foot + 20);
  context.save();
  context.translate(10, room.top + room.height / 2);
  context.rotate(-Math.PI / 2);
  context.textBaseline = 'middle';
  context.fillText(names.y, 0, 0);
  context.restore();
}

/** In canvas pixels: there a pattern has its own size, and bins meet without a seam. */
function drawBands(context: CanvasRenderingContext2D, frame: MemoryFrame, top: number, chosen: number): void {
  const { room, theme, range, owners, content, ratio } = frame;
  const { bins, counts } = owners;
  const width = room.width * ratio;
  const scale = width / (range.to - range.from);
  const place = (location: number): number =>
    Math.round(room.left * ratio + Math.max(0, Math.min(width, (location - range.from) * scale)));
  const foot = (room.top + room.height) * ratio;
  const thick = Math.max(1, Math.round(1.5 * ratio));
  const heights = new Float64Array(bins);
  const rims: (() => void)[] = [];
  content.layers.forEach((_, layer) => {
    context.fillStyle = categoryFill(context, categoryOf(layer, theme), theme, ratio);
    for (let bin = 0; bin < bins; bin++) {
      const of = counts[layer * bins + bin];
      if (of === 0) continue;
      const [start, end] = [edgeOf(owners, bin), edgeOf(owners, bin + 1)];
      const height = ((of / (end - start)) * room.height * ratio) / top;
      const left = place(start);
      const across = Math.max(1, place(end) - left);
      const low = Math.round(foot - heights[bin]);
      const high = Math.round(foot - heights[bin] - height);
      heights[bin] += height;
      context.fillRect(left, high, across, low - high);
      if (layer === chosen)
        rims.push(() => {
          context.fillRect(left, high, across, thick);
          context.fillRect(left, low - thick, across, thick);
        });
    }
  });
  context.fillStyle = theme.foreground;
  for (const rim of rims) rim();
}

function drawEven(
  context: CanvasRenderingContext2D,
  { room, theme, content: { even } }: MemoryFrame,
  top: number,
): void {
  const y = Math.round(room.top + room.height * (1 - even.value / top)) + 0.5;
  context.strokeStyle = theme.foreground;
  context.lineWidth = 1;
  context.setLineDash([4, 4]);
  context.beginPath();
  context.moveTo(room.left, y);
  context.lineTo(room.left + room.width, y);
  context.stroke();
  context.setLineDash([]);
  const word = { width: context.measureText(even.text).width, height: 14 };
  const left = room.left + room.width - word.width - 6;
  const places = [y - 16, y + 3].map((at) => ({ ...word, left, top: at }));
  const spot = freePlace(places, room, []);
  context.textAlign = 'left';
  context.textBaseline = 'top';
  // Over bands of any colour.
  context.fillStyle = theme.background;
  context.fillRect(spot.left - 4, spot.top - 1, word.width + 8, word.height);
  context.fillStyle = theme.foreground;
  context.fillText(even.text, spot.left, spot.top);
}

function drawFrame(
  context: CanvasRenderingContext2D,
  { room, theme, range }: MemoryFrame,
  location: number | undefined,
): void {
  context.strokeStyle = theme.line;
  context.lineWidth = 1;
  context.strokeRect(room.left + 0.5, room.top + 0.5, room.width - 1, room.height - 1);
  if (location === undefined || location < range.from || location >= range.to) return;
  const x = room.left + ((location + 0.5 - range.from) / (range.to - range.from)) * room.width;
  context.beginPath();
  context.moveTo(x, room.top);
  context.lineTo(x, room.top + room.height);
  // A rim of background keeps it legible over every band.
  context.strokeStyle = theme.background;
  context.lineWidth = 4;
  context.stroke();
  context.strokeStyle = theme.focus;
  context.lineWidth = 2;
  context.stroke();
}
