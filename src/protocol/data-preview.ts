/** A look at a config's data: what the engine answers and the view of the data shows. */
import type { CallContext } from './rpc';

export interface PreviewedExample {
  /** Number of its class. */
  label: number;
  /** Of a picture: (height, width, 3) bytes, no more places than `mostPreviewPlaces`. */
  pixels?: { width: number; height: number; rgb: Uint8Array };
  /** Of values that are no picture: the first of them. */
  values?: number[];
}

export interface DataPreview {
  /** Name of the config. */
  config: string;
  source: string;
  /** Values of an example. */
  inputs: number;
  /** Channels, height, width. */
  picture?: [number, number, number];
  train: number;
  validation: number;
  /** Whether the test examples validate. */
  byTest: boolean;
  /** Training examples of each class, `mostPreviewClasses` at most. */
  classes: { name: string; count: number }[];
  /** Of all. */
  classCount: number;
  /** Of what a network is given, over so many training examples. */
  values: { examples: number; min: number; max: number; mean: number; deviation: number };
  /** The first of each class in turn. */
  examples: PreviewedExample[];
  /** Sentences, for example of pictures that were left out. */
  warnings: string[];
}

export const mostPreviewClasses = 200;
export const mostPreviewExamples = 40;
/** Along each side; larger pictures are thinned out. */
export const mostPreviewPlaces = 64;
export const mostPreviewValues = 8;

/** What the page of a preview keeps with `setState`. */
export interface DataViewState {
  /** Path of the config: one panel each. */
  configPath: string;
}

export interface DataViewApi {
  /** Of the config as it is now. */
  preview(params: Record<string, never>, context: CallContext): Promise<DataPreview>;
}

export interface DataViewEvents {
  /** The command was run again. */
  changed: Record<string, never>;
}
