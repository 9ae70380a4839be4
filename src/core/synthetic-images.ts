/**
 * Synthetic images: pictures in the format of CIFAR-10 (3 x 32 x 32), made here so that convolutional networks can be
 * tried without a download. Five shapes and five textures; place, size, turn, colours and phase are drawn anew for
 * every picture, so that the classes have nearly the same mean and a linear classifier sees little of them.
 */
import { between, drawSet } from './drawn-set';
import type { DrawnSet } from './drawn-set';
import type { Parts } from './parts';
import { Rng } from './rng';

/** Pixels per side of a picture. */
export const pictureSide = 32;
const channels = 3;
const pixels = pictureSide * pictureSide;

/** Uniform ranges unless said otherwise; lengths in pixels, colours of 0 to 1. */
const ranges = {
  /** Half the side of a figure. */
  size: [8, 13],
  /** Of a texture, which is harder to see when small. */
  patchSize: [9, 14],
  /** Of the figure's centre to either side of the picture's. */
  shift: [-4, 4],
  /** Of a wave, radians; a shape may be turned by any angle. */
  tilt: [-0.2, 0.2],
  period: [4.5, 8],
  ground: [0.2, 0.8],
  /** From the middle of the picture to its edge. */
  shade: [-0.15, 0.15],
  /** Length of the step from the colour of the ground to that of the figure, in a direction of any sign. */
  contrast: [0.4, 0.8],
  clutterContrast: [0.1, 0.3],
  clutterLength: [4, 14],
  clutterWidth: [0.6, 1.4],
} as const;
/** Strokes behind the figure. */
const strokes = 4;
/** Standard deviation of the noise of each value. */
const noise = 0.03;

/** How much of a pixel is inked, 0 to 1, at a place from the figure's centre. */
type Ink = (x: number, y: number) => number;
type Colour = readonly [red: number, green: number, blue: number];

const share = (value: number): number => Math.max(0, Math.min(1, value));

const box = (u: number, v: number, width: number, height: number): number =>
  Math.max(Math.abs(u) - width, Math.abs(v) - height);

/** Distances to the edge, negative inside, of shapes that fill the unit disc. */
const shapes: readonly ((u: number, v: number) => number)[] = [
  (u, v) => Math.hypot(u, v) - 0.85,
  (u, v) => Math.abs(Math.hypot(u, v) - 0.75) - 0.2,
  (u, v) => box(u, v, 0.75, 0.75),
  // Equilateral: the inner radius is half the outer one.
  (u, v) => Math.max(v, Math.abs(u) * Math.sqrt(0.75) - v / 2) - 0.5,
  (u, v) => Math.min(box(u, v, 0.95, 0.28), box(u, v, 0.28, 0.95)),
];

/** Height of a wave, -1 to 1, at a place from the texture's centre. */
type Wave = (x: number, y: number) => number;

/** Waves of one length that run in a direction (radians) tilted a little, with a phase of their own. */
function planeWave(rng: Rng, wavenumber: number, direction: number): Wave {
  const angle = direction + between(rng, ranges.tilt);
  const phase = between(rng, [0, 2 * Math.PI]);
  const [cos, sin] = [wavenumber * Math.cos(angle), wavenumber * Math.sin(angle)];
  return (x, y) => Math.sin(cos * x + sin * y + phase);
}

/** None becomes another one in a mirror, so that pictures may be flipped in training. */
const textures: readonly ((rng: Rng, wavenumber: number) => Wave)[] = [
  (rng, wavenumber) => planeWave(rng, wavenumber, 0),
  (rng, wavenumber) => planeWave(rng, wavenumber, Math.PI / 2),
  (rng, wavenumber) => planeWave(rng, wavenumber, rng.below(2) === 0 ? Math.PI / 4 : (3 * Math.PI) / 4),
  (rng, wavenumber) => {
    const [across, down] = [0, Math.PI / 2].map((direction) => planeWave(rng, wavenumber, direction));
    return (x, y) => across(x, y) * down(x, y);
  },
  (rng, wavenumber) => {
    const phase = between(rng, [0, 2 * Math.PI]);
    return (x, y) => Math.sin(wavenumber * Math.hypot(x, y) + phase);
  },
];

/** What the labels are, in their order. */
export const pictureClasses = [
  ...['disc', 'ring', 'square', 'triangle', 'cross'],
  ...['upright stripes', 'level stripes', 'slanting stripes', 'checks', 'ripples'],
];

function shapeInk(rng: Rng, distance: (u: number, v: number) => number): Ink {
  const size = between(rng, ranges.size);
  const angle = between(rng, [0, 2 * Math.PI]);
  const [cos, sin] = [Math.cos(angle) / size, Math.sin(angle) / size];
  // The edge fades over one pixel, so no stair is seen.
  return (x, y) => share(0.5 - size * distance(cos * x + sin * y, cos * y - sin * x));
}

/** A round patch of a texture that fades out over three pixels. */
function textureInk(rng: Rng, texture: (rng: Rng, wavenumber: number) => Wave): Ink {
  const size = between(rng, ranges.patchSize);
  const wave = texture(rng, (2 * Math.PI) / between(rng, ranges.period));
  return (x, y) => {
    const inside = share((size - Math.hypot(x, y)) / 3);
    return inside === 0 ? 0 : inside * (0.5 + 0.5 * wave(x, y));
  };
}

/** A stroke of any direction, in the coordinates of the picture's centre. */
function strokeInk(rng: Rng): Ink {
  const [x0, y0] = [0, 1].map(() => between(rng, [-pictureSide / 2, pictureSide / 2]));
  const angle = between(rng, [0, Math.PI]);
  const half = between(rng, ranges.clutterLength) / 2;
  const width = between(rng, ranges.clutterWidth);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return (x, y) => {
    const along = cos * (x - x0) + sin * (y - y0);
    return share(0.5 - box(along, cos * (y - y0) - sin * (x - x0), half, width));
  };
}

/** A step in colour of a length drawn from `contrast`, in a direction drawn from the sphere. */
function colourStep(rng: Rng, contrast: readonly [number, number]): Colour {
  const [red, green, blue] = [rng.normal(), rng.normal(), rng.normal()];
  const scale = between(rng, contrast) / Math.hypot(red, green, blue);
  return [scale * red, scale * green, scale * blue];
}

/** Adds `step` where there is ink. */
function paint(picture: Float64Array, ink: Ink, step: Colour, [left, top]: readonly [number, number]): void {
  for (let y = 0; y < pictureSide; y++)
    for (let x = 0; x < pictureSide; x++) {
      const amount = ink(x + 0.5 - left, y + 0.5 - top);
      if (amount === 0) continue;
      for (let c = 0; c < channels; c++) picture[c * pixels + y * pictureSide + x] += amount * step[c];
    }
}

function paintGround(picture: Float64Array, rng: Rng): void {
  for (let c = 0; c < channels; c++) {
    const level = between(rng, ranges.ground);
    const [right, down] = [between(rng, ranges.shade), between(rng, ranges.shade)];
    for (let y = 0; y < pictureSide; y++)
      for (let x = 0; x < pictureSide; x++) {
        const [u, v] = [(2 * x + 1) / pictureSide - 1, (2 * y + 1) / pictureSide - 1];
        picture[c * pixels + y * pictureSide + x] = level + right * u + down * v;
      }
  }
}

function renderPicture(label: number, rng: Rng, image: Uint8Array): void {
  const picture = new Float64Array(channels * pixels);
  const centre = pictureSide / 2;
  paintGround(picture, rng);
  for (let s = 0; s < strokes; s++)
    paint(picture, strokeInk(rng), colourStep(rng, ranges.clutterContrast), [centre, centre]);
  const ink = label < shapes.length ? shapeInk(rng, shapes[label]) : textureInk(rng, textures[label - shapes.length]);
  const step = colourStep(rng, ranges.contrast);
  paint(picture, ink, step, [centre + between(rng, ranges.shift), centre + between(rng, ranges.shift)]);
  for (let at = 0; at < picture.length; at++) image[at] = Math.round(255 * share(picture[at] + noise * rng.normal()));
}

/**
 * `count` pictures (count x 3 x 32 x 32 bytes: red, green, blue planes) and their labels, as `drawSet` says. A label is
 * an index of `pictureClasses`. Throws `rng.bad-seed`.
 */
export function renderPictures(p: { count: number; seed: number; split: string }): Parts<DrawnSet> {
  const rng = Rng.fromSeed(p.seed).split('synthetic-images').split(p.split);
  return drawSet({
    count: p.count,
    values: channels * pixels,
    classes: pictureClasses.length,
    rng,
    draw: renderPicture,
  });
}
