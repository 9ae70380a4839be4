/** What a chart is made of: series, axes, marks. */

export type Column = (number | null)[] | Float64Array;

/** Number of a series colour, or one of the theme's own by name. */
export type ColourName = number | 'muted' | 'foreground' | 'focus';

export interface SeriesSpec {
  label: string;
  colour: ColourName;
  draw: 'line' | 'marked' | 'points' | 'bars';
  /** Besides colour, so that two lines differ for everybody. */
  dash?: number[];
  width?: number;
  /** Diameter of its points, CSS pixels. */
  size?: number;
}

export interface AxisSpec {
  label: string;
  /** Ends of the axis, from the ends of the data. */
  range?: (min: number, max: number) => [number, number];
  /** Only whole numbers are labelled. */
  whole?: boolean;
  /** Equal distances are equal ratios: all values are positive, and so are the ends of `range`. Of the x axis. */
  log?: boolean;
  /** What a label says; nothing for one that is left out. */
  text?: (value: number) => string;
}

/** A line across the chart at a value, with a word beside it. */
export interface Mark {
  axis: 'x' | 'y';
  value: number;
  text: string;
  /** The muted one if none is named. */
  colour?: ColourName;
  /** CSS pixels; a solid line if there is none. */
  dash?: readonly number[];
}

/** An upright bar from one value to another: how far values are spread about a point. */
export interface SpreadBar {
  x: number;
  low: number;
  high: number;
  colour: ColourName;
}

export interface ChartSpec {
  /** What it shows, for who cannot see it. */
  label: string;
  x: AxisSpec;
  y: AxisSpec;
  series: SeriesSpec[];
  /** Charts of one group move their cursor together. */
  group?: string;
  /** Index of the point under the cursor; nothing when it left. */
  cursor?: (index: number | undefined) => void;
  /** A place was chosen. */
  pick?: (x: number) => void;
}
