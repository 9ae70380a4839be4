/** What is done with a sweep's folder: look, reveal, delete. None of it needs an engine or a trusted workspace. */
import * as vscode from 'vscode';
import type { SweepReference } from '../../contributions';
import { SweepFolder } from '../../runs/sweep-folder';
import { freshSweepReport } from '../../sweep/results';
import { sweepUnreadable } from '../errors';
import type { Services } from '../services';
import type { SweepEntry } from '../sweep-store';
import { words } from '../words';
import { revealFolder, showReport } from './run-folder-commands';
import { pickSweep } from './sweep-commands';

const anySweep = (services: Services, sweep?: SweepReference): Promise<SweepEntry | undefined> =>
  pickSweep(services, sweep, () => true, words.noSweeps());

export const revealSweepFolder = async (services: Services, sweep?: SweepReference): Promise<void> => {
  const entry = await anySweep(services, sweep);
  if (entry) await revealFolder(entry.directory);
};

export const openSweepReport = async (services: Services, sweep?: SweepReference): Promise<void> => {
  const entry = await anySweep(services, sweep);
  if (!entry) return;
  const { id, directory, record, problem } = entry;
  if (!record) throw sweepUnreadable(id, problem ?? '');
  const location = vscode.ProgressLocation.Window;
  const file = await vscode.window.withProgress({ location, title: words.writingReport(id) }, () =>
    freshSweepReport(new SweepFolder(directory), services.reportMaker),
  );
  await showReport(services, file);
};

export const deleteSweep = async (services: Services, sweep?: SweepReference): Promise<void> => {
  const entry = await anySweep(services, sweep);
  if (!entry) return;
  const { id, directory, trials } = entry;
  const answer = await vscode.window.showWarningMessage(
    words.deleteSweep(id),
    { modal: true, detail: words.deleteSweepDetail(trials.length, directory) },
    words.delete(),
  );
  if (answer !== words.delete()) return;
  for (const trial of trials) services.panels.close(trial.directory);
  await new SweepFolder(directory).remove();
  await services.sweeps.refresh();
};
