import { describe, expect, test } from 'vitest';
import { freePlace, wordPlaces, type Box } from '../../../webview/drawing/chart-marks';

const room: Box = { left: 50, top: 10, width: 300, height: 100 };
const word = { width: 30, height: 14 };
const apart = (a: Box, b: Box): boolean =>
  a.left + a.width <= b.left || b.left + b.width <= a.left || a.top + a.height <= b.top || b.top + b.height <= a.top;

describe('the words of marks', () => {
  test('lie beside each other wherever two lines meet', () => {
    for (let x = 50; x <= 350; x += 5)
      for (let y = 10; y <= 110; y += 5) {
        const lines: Box[] = [
          { left: room.left, top: y, width: room.width, height: 1 },
          { left: x, top: room.top, width: 1, height: room.height },
        ];
        const target = freePlace(wordPlaces('y', y, room, word), room, lines);
        const playhead = freePlace(wordPlaces('x', x, room, word), room, [...lines, target]);
        expect(apart(target, playhead), `lines at ${x}, ${y}`).toBe(true);
        for (const line of lines) expect(apart(playhead, line), `playhead at ${x}, ${y}`).toBe(true);
        for (const place of [target, playhead]) {
          expect(place.left).toBeGreaterThanOrEqual(room.left);
          expect(place.top).toBeGreaterThanOrEqual(room.top);
          expect(place.left + place.width).toBeLessThanOrEqual(room.left + room.width);
          expect(place.top + place.height).toBeLessThanOrEqual(room.top + room.height);
        }
      }
  });

  test('stand at the first place when there is no free one', () => {
    const full: Box = { ...room };
    const places = wordPlaces('x', 100, room, word);
    expect(freePlace(places, room, [full])).toBe(places[0]);
  });
});
