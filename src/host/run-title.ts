import { basename } from 'node:path';
import { runTitle } from '../protocol/words';
import { sweepOfTrial } from '../runs/project';
import { sweepTitle } from './trees/sweep-row';

/** What a run is called where it stands alone: a trial's number says nothing without its sweep. */
export const titleOf = (directory: string): string => {
  const sweep = sweepOfTrial(directory);
  const id = basename(directory);
  return sweep === undefined ? runTitle(id) : `${sweepTitle(basename(sweep))} · ${id}`;
};
