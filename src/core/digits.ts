/**
 * Synthetic digits: the embedded data set, made here so that examples and tests need no download. Handwriting-like
 * strokes in the format of MNIST (28 x 28, white on black), never called MNIST.
 */
import { glyphs } from './digit-strokes';
import type { Point, Stroke } from './digit-strokes';
import { between, drawSet } from './drawn-set';
import type { DrawnSet } from './drawn-set';
import type { Parts } from './parts';
import { Rng } from './rng';

/** Pixels per side of an image. */
export const digitSide = 28;
const classes = 10;
const pixels = digitSide * digitSide;
/** Side of the square that a glyph fills before jitter, as in MNIST: 20 of 28 pixels. */
const glyphSide = 20;
/** Straight pieces per span between two control points. */
const piecesPerSpan = 5;

/** How far hands differ; standard deviations unless said otherwise. */
const jitter = {
  point: 0.022,
  rotation: 0.13,
  shear: 0.16,
  /** Uniform factors, each axis alone. */
  scale: [0.78, 1.12],
  shift: 1.1,
  /** Uniform half width of the pen, pixels. */
  pen: [0.75, 1.6],
  /** Uniform brightness of the ink. */
  ink: [0.72, 1],
  /** Grey levels, on inked and blank pixels alike. */
  noise: 9,
} as const;

/**
 * `count` images (count x 28 x 28 bytes, row-major) and their labels (0 to 9), as `drawSet` says.
 * Throws `rng.bad-seed`.
 */
export function renderDigits(p: { count: number; seed: number; split: string }): Parts<DrawnSet> {
  const rng = Rng.fromSeed(p.seed).split('synthetic-digits').split(p.split);
  return drawSet({ count: p.count, values: pixels, classes, rng, draw: renderDigit });
}

/** Draws one digit into `image` (28 x 28 bytes, all zero before). */
function renderDigit(digit: number, rng: Rng, image: Uint8Array): void {
  const ways = glyphs[digit];
  const strokes = ways[rng.below(ways.length)];
  const place = randomPlacement(rng);
  const pen = between(rng, jitter.pen);
  const ink = between(rng, jitter.ink);
  const coverage = new Float64Array(pixels);
  for (const stroke of strokes) {
    const moved = stroke.map(([x, y]) => place([x + jitter.point * rng.normal(), y + jitter.point * rng.normal()]));
    const line = smooth(moved);
    for (let s = 0; s + 1 < line.length; s++) drawSegment(coverage, line[s], line[s + 1], pen);
  }
  for (let at = 0; at < pixels; at++) {
    const level = 255 * ink * coverage[at] + jitter.noise * rng.normal();
    image[at] = Math.max(0, Math.min(255, Math.round(level)));
  }
}

/** A random affine map from the unit square to pixels, centred on the image. */
function randomPlacement(rng: Rng): (point: Point) => Point {
  const angle = jitter.rotation * rng.normal();
  const shear = jitter.shear * rng.normal();
  const width = glyphSide * between(rng, jitter.scale);
  const height = glyphSide * between(rng, jitter.scale);
  const [centreX, centreY] = [jitter.shift * rng.normal() + digitSide / 2, jitter.shift * rng.normal() + digitSide / 2];
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return ([x, y]) => {
    const v = (y - 0.5) * height;
    // Slanting to the right lifts x where y is above the centre.
    const u = (x - 0.5) * width - shear * v;
    return [centreX + cos * u - sin * v, centreY + sin * u + cos * v];
  };
}

/** The Catmull-Rom curve through the points, as a polyline. */
function smooth(points: Stroke): Point[] {
  const line: Point[] = [points[0]];
  for (let s = 0; s + 1 < points.length; s++) {
    const [b, c] = [points[s], points[s + 1]];
    const a = points[Math.max(0, s - 1)];
    const d = points[Math.min(points.length - 1, s + 2)];
    for (let piece = 1; piece <= piecesPerSpan; piece++) {
      const t = piece / piecesPerSpan;
      line.push([catmullRom(a[0], b[0], c[0], d[0], t), catmullRom(a[1], b[1], c[1], d[1], t)]);
    }
  }
  return line;
}

const catmullRom = (a: number, b: number, c: number, d: number, t: number): number =>
  b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));

/** Inks the pixels within `pen` of a segment; the edge fades over one pixel, so no stair is seen. */
function drawSegment(coverage: Float64Array, [x0, y0]: Point, [x1, y1]: Point, pen: number): void {
  const reach = pen + 0.5;
  const clamp = (value: number): number => Math.max(0, Math.min(digitSide - 1, value));
  const [left, right] = [clamp(Math.floor(Math.min(x0, x1) - reach)), clamp(Math.ceil(Math.max(x0, x1) + reach))];
  const [top, bottom] = [clamp(Math.floor(Math.min(y0, y1) - reach)), clamp(Math.ceil(Math.max(y0, y1) + reach))];
  const [dx, dy] = [x1 - x0, y1 - y0];
  const square = dx * dx + dy * dy;
  for (let y = top; y <= bottom; y++)
    for (let x = left; x <= right; x++) {
      const [px, py] = [x + 0.5 - x0, y + 0.5 - y0];
      const along = square === 0 ? 0 : Math.max(0, Math.min(1, (px * dx + py * dy) / square));
      const distance = Math.hypot(px - along * dx, py - along * dy);
      const ink = Math.max(0, Math.min(1, reach - distance));
      const at = y * digitSide + x;
      if (ink > coverage[at]) coverage[at] = ink;
    }
}
