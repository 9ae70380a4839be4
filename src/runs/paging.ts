/** Answers in pages: how much one message may carry, and which range was asked for. */
import { maxMessageBytes } from '../protocol/views';
import { answerTooLarge, badPage } from './errors';

// Bounds of one answer, so that none is over maxMessageBytes.
export const metricsAtOnce = 20_000; // 5 columns of 8 bytes
export const rotationsAtOnce = 50_000; // 16 bytes each
export const epochsAtOnce = 2_000;
export const changesAtOnce = 1_000;
export const checkpointsAtOnce = 20_000;
/** A number takes up to 25 characters on the way to a webview, where arrays travel as JSON. */
const bytesPerValue = 25;
/** A name, thirteen numbers, and what they are called. */
const bytesPerLayer = 850;
const bytesPerItem = 512;

export interface Page<T> {
  total: number;
  items: T[];
}

/** @throws SparseError `runs.bad-page` */
export const checkPage = (start: number, end: number): void => {
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || end < start) throw badPage(start, end);
};

/** What has a length that is not known beforehand. */
type Listed = { values: number[] } | { layers: unknown[] };

const sizeOf = (item: Listed): number =>
  'values' in item ? bytesPerValue * item.values.length : bytesPerLayer * item.layers.length;

/**
 * Items from `start`, as many before `end` as one message can carry: ask again from where it stopped. `what`: one of
 * them, for the sentence. @throws SparseError `runs.bad-page`, `runs.answer-too-large`
 */
export const pageBySize = <T extends Listed>(all: readonly T[], start: number, end: number, what: string): Page<T> => {
  checkPage(start, end);
  const items: T[] = [];
  let bytes = bytesPerItem;
  for (const item of all.slice(start, end)) {
    bytes += bytesPerItem + sizeOf(item);
    if (bytes > maxMessageBytes) break;
    items.push(item);
  }
  if (items.length === 0 && start < Math.min(end, all.length)) throw answerTooLarge(what);
  return { total: all.length, items };
};
