/** Bars of spread: an upright line with a foot and a head. */
import type { Theme } from '../theme';
import type { MarkRoom } from './chart-marks';
import { colourOf } from './chart-options';
import type { SpreadBar } from './chart-spec';

/** Half of the width of foot and head, CSS pixels. */
const reach = 4;

export function drawBars(
  context: CanvasRenderingContext2D,
  bars: readonly SpreadBar[],
  room: MarkRoom,
  theme: Theme,
): void {
  const { box, ratio } = room;
  context.save();
  context.beginPath();
  context.rect(box.left, box.top, box.width, box.height);
  context.clip();
  context.lineWidth = 1.5 * ratio;
  for (const { x, low, high, colour } of bars) {
    const [at, foot, head] = [room.place(x, 'x'), room.place(low, 'y'), room.place(high, 'y')].map(Math.round);
    context.strokeStyle = colourOf(colour, theme);
    context.beginPath();
    context.moveTo(at, foot);
    context.lineTo(at, head);
    for (const end of [foot, head]) {
      context.moveTo(at - reach * ratio, end);
      context.lineTo(at + reach * ratio, end);
    }
    context.stroke();
  }
  context.restore();
}
