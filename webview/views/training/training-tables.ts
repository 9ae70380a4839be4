/** What the charts of the Training tab show, in numbers; the report lists the epochs likewise. */
import type { EpochEvent, MaskTotals } from '../../../src/protocol/run';
import { numeric, tableOf, text, type Cell, type Table } from '../../parts/table';
import { tableWords } from './words';

export const stepColumns = tableWords.stepColumns.map(numeric);
export const epochColumns = tableWords.epochColumns.map(numeric);

export const epochRows = (epochs: readonly EpochEvent[]): number[][] =>
  epochs.map((epoch) => [
    epoch.epoch,
    epoch.step,
    epoch.trainLoss,
    epoch.trainAccuracy,
    epoch.validationLoss,
    epoch.validationAccuracy,
  ]);

export const epochsTable = (epochs: readonly EpochEvent[]): Table =>
  tableOf(tableWords.epochs, epochColumns, epochRows(epochs));

export const maskColumns = [
  numeric(tableWords.maskStep),
  text(tableWords.maskMethod),
  ...tableWords.maskColumns.map(numeric),
];

/** Thresholds that there are none of are left empty. */
export const maskRows = (changes: readonly MaskTotals[]): Cell[][] =>
  changes.map(
    ({ step, method, layers, dropped, grown, kept, dropThreshold, growThreshold, overlap, initialOverlap }) => [
      step,
      method,
      layers,
      dropped,
      grown,
      kept,
      dropThreshold ?? '',
      growThreshold ?? '',
      overlap,
      initialOverlap ?? '',
    ],
  );

export const masksTable = (changes: readonly MaskTotals[]): Table =>
  tableOf(tableWords.masks, maskColumns, maskRows(changes));
