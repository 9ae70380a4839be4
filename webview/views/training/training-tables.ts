/** What the charts of the Training tab show, in numbers; the report lists the epochs likewise. */
import type { EpochEvent } from '../../../src/protocol/run';
import { numeric, tableOf, type Table } from '../../parts/table';
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
