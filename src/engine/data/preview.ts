/** A look at a config's data as a run would read it; the network need not fit. */
import { dirname } from 'node:path';
import { parseConfig } from '../../config/parse';
import { configFormat } from '../../config/format';
import { configInvalid } from '../../config/invalid';
import type { PictureSize } from '../../core/network';
import { meanSquare } from '../../core/stats';
import type { DataPreview, PreviewedExample } from '../../protocol/data-preview';
import {
  mostPreviewClasses,
  mostPreviewExamples,
  mostPreviewPlaces,
  mostPreviewValues,
} from '../../protocol/data-preview';
import type { ConfigSource } from '../../protocol/engine';
import type { CallContext } from '../../protocol/rpc';
import { Batches } from './batches';
import { closeData, split, standardOf } from './data-set';
import type { DataSet, Part } from './data-set';
import { loadData } from './load';

/** Examples whose values are looked at. */
const measured = 512;

/** Places in the part of the first example of each class, then of the second, until there are enough. */
function firstOfEach({ examples, indices }: Part): Uint32Array {
  const byClass = new Map<number, number[]>();
  for (const index of indices) {
    const label = examples.labels[index];
    const known = byClass.get(label);
    if (!known) byClass.set(label, [index]);
    else if (known.length < mostPreviewExamples) known.push(index);
  }
  const classes = [...byClass.entries()].sort(([a], [b]) => a - b).map(([, places]) => places);
  const chosen: number[] = [];
  for (let round = 0; round < mostPreviewExamples; round++)
    for (const places of classes)
      if (places.length > round && chosen.length < mostPreviewExamples) chosen.push(places[round]);
  return Uint32Array.from(chosen);
}

function statistics(x: Float32Array): Omit<DataPreview['values'], 'examples'> {
  let [min, max, sum] = [Infinity, -Infinity, 0];
  for (const value of x) {
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
  }
  const mean = sum / x.length;
  return { min, max, mean, deviation: Math.sqrt(Math.max(0, meanSquare(x) - mean * mean)) };
}

/** Channels as they are shown: of one channel three equal ones, of more than three the first three. */
const shownChannels = (channels: number): [number, number, number] => (channels < 3 ? [0, 0, 0] : [0, 1, 2]);

/** `brightness`: of a value of a channel, 0 to 1. */
function pixelsOf(
  x: Float32Array,
  [channels, height, width]: PictureSize,
  brightness: (value: number, channel: number) => number,
): NonNullable<PreviewedExample['pixels']> {
  const step = Math.max(1, Math.ceil(Math.max(height, width) / mostPreviewPlaces));
  const [rows, columns] = [Math.ceil(height / step), Math.ceil(width / step)];
  const rgb = new Uint8Array(3 * rows * columns);
  for (let y = 0; y < rows; y++)
    for (let c = 0; c < columns; c++)
      for (const [i, channel] of shownChannels(channels).entries()) {
        const value = x[(channel * height + y * step) * width + c * step];
        rgb[3 * (y * columns + c) + i] = Math.max(0, Math.min(255, Math.round(255 * brightness(value, channel))));
      }
  return { width: columns, height: rows, rgb };
}

async function examplesOf(data: DataSet, part: Part): Promise<PreviewedExample[]> {
  const { inputs, picture } = data;
  const chosen = { ...part, indices: firstOfEach(part) };
  const { x, labels, size } = await new Batches(data, chosen, mostPreviewExamples).sample(mostPreviewExamples);
  const { mean, deviation } = standardOf(data);
  const { min, max } = statistics(x);
  // Floats have no black and white of their own: the least and the largest shown take their places.
  const own = min >= 0 && max <= 1;
  const brightness = (value: number, channel: number): number =>
    data.source === 'npy'
      ? own
        ? value
        : (value - min) / Math.max(max - min, Number.MIN_VALUE)
      : value * deviation[channel % deviation.length] + mean[channel % mean.length];
  return Array.from({ length: size }, (_, i): PreviewedExample => {
    const values = x.subarray(i * inputs, (i + 1) * inputs);
    const label = labels[i];
    return picture
      ? { label, pixels: pixelsOf(values, picture, brightness) }
      : { label, values: [...values.subarray(0, mostPreviewValues)] };
  });
}

/** @throws SparseError `config.invalid`, and as `loadData` and `split`; RpcCancelled */
export async function previewData(
  { configPath, configText, root }: ConfigSource,
  context: CallContext,
): Promise<DataPreview> {
  const { config, issues } = parseConfig(configText, configFormat(configPath));
  if (!config) throw configInvalid(configPath, issues);
  const data = await loadData(config.data, { root, configFolders: [dirname(configPath)], ...context });
  try {
    const { train, validation } = split(data, config.data.validation, config.seed);
    const counts = new Array<number>(data.classes).fill(0);
    for (const index of train.indices) counts[train.examples.labels[index]]++;
    const sample = await new Batches(data, train, measured).sample(measured);
    return {
      config: config.name,
      source: data.source,
      inputs: data.inputs,
      ...(data.picture && { picture: [...data.picture] }),
      train: train.indices.length,
      validation: validation.indices.length,
      byTest: config.data.validation === 0,
      classes: counts
        .slice(0, mostPreviewClasses)
        .map((count, label) => ({ name: data.names?.[label] ?? String(label), count })),
      classCount: data.classes,
      values: { examples: sample.size, ...statistics(sample.x) },
      examples: await examplesOf(data, train),
      warnings: (data.warnings ?? []).map(({ message }) => message),
    };
  } finally {
    await closeData(data);
  }
}
