/**
 * Data colours: the only ones not taken from the editor's theme.
 *
 * Sign is blue (negative) against orange (positive), which every common form of colour blindness tells apart. Zero is
 * the background itself; the smallest non-zero is set off from it by a step, so that a weight that is there is seen.
 */
import { parseColour, type Theme } from '../theme';

type Colour = readonly [number, number, number];

export interface ColourMap {
  /** RGBA for -1 to 1 in `rampLength` steps; the middle one, zero, is transparent. */
  ramp: Uint8Array<ArrayBuffer>;
  /** RGBA of a cell whose elements have not arrived. */
  pending: [number, number, number, number];
}

/** Odd: the middle is zero. */
export const rampLength = 1023;
const middle = (rampLength - 1) / 2;

/** Share of the full colour that the smallest non-zero has. */
const firstStep = 0.22;

/** Ends in two steps from the background outwards: a hue, then a stronger form of it. */
const onDark = { negative: ['#3577c2', '#8fc8ff'], positive: ['#c2610c', '#ffc266'] } as const;
const onLight = { negative: ['#4b93d6', '#053061'], positive: ['#e8882d', '#7a2e00'] } as const;

const mix = (from: Colour, to: Colour, share: number): Colour => [
  from[0] + (to[0] - from[0]) * share,
  from[1] + (to[1] - from[1]) * share,
  from[2] + (to[2] - from[2]) * share,
];

/** Along background, stops[0], stops[1]; `share` from 0 to 1. */
const along = (background: Colour, stops: readonly Colour[], share: number): Colour => {
  const from = firstStep + (1 - firstStep) * share;
  return from < 0.5 ? mix(background, stops[0], 2 * from) : mix(stops[0], stops[1], 2 * from - 1);
};

function build(background: Colour, colour: (share: number, positive: boolean) => Colour, pending: Colour): ColourMap {
  const ramp = new Uint8Array(4 * rampLength);
  for (let i = 0; i < rampLength; i++) {
    if (i === middle) continue;
    const [red, green, blue] = colour(Math.abs(i - middle) / middle, i > middle);
    ramp.set([red, green, blue, 255], 4 * i);
  }
  return { ramp, pending: [...mix(background, pending, 0.08), 255].map(Math.round) as ColourMap['pending'] };
}

/** Weights: signed. Magnitudes go by their square root, because most weights are far smaller than the largest. */
export function divergingMap(theme: Theme): ColourMap {
  const background = parseColour(theme.background);
  const ends = theme.dark ? onDark : onLight;
  const negative = ends.negative.map(parseColour);
  const positive = ends.positive.map(parseColour);
  return build(
    background,
    (share, isPositive) => along(background, isPositive ? positive : negative, Math.sqrt(share)),
    parseColour(theme.foreground),
  );
}

/** Masks: the editor's foreground on its background; merged cells in between by the share of weights kept. */
export function maskMap(theme: Theme): ColourMap {
  const background = parseColour(theme.background);
  const foreground = parseColour(theme.foreground);
  return build(background, (share) => mix(background, foreground, 0.25 + 0.75 * share), foreground);
}

/** Names 1 to `colours.length`, each in its own colour; 0 has none. The limit is their number. */
export function namedMap(theme: Theme, colours: readonly Colour[]): ColourMap {
  const last = colours.length - 1;
  return build(
    parseColour(theme.background),
    (share) => colours[Math.max(0, Math.min(last, Math.round(share * colours.length) - 1))],
    parseColour(theme.foreground),
  );
}

/** Where a value lies in a ramp whose ends stand for -limit and limit; never in the middle unless it is zero. */
export const rampIndex = (value: number, limit: number): number => {
  if (value === 0) return middle;
  const share = Math.min(1, Math.abs(value) / (limit > 0 ? limit : 1));
  return middle + Math.sign(value) * Math.max(1, Math.round(share * middle));
};

/** CSS colour of a value. */
export const colourOf = ({ ramp }: ColourMap, value: number, limit: number): string => {
  const at = 4 * rampIndex(value, limit);
  return `rgba(${ramp[at]}, ${ramp[at + 1]}, ${ramp[at + 2]}, ${ramp[at + 3] / 255})`;
};
