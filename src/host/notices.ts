/** What the person is told without having asked: the engine died, a run failed. */
import * as vscode from 'vscode';
import { executeCommand } from './commands/register';
import type { EngineExit } from './engine-client';
import { detach } from './log';
import type { Services } from './services';
import { words } from './words';

const tellEngineDied = async (services: Services, { how, log, interrupted }: EngineExit): Promise<void> => {
  services.log.error([words.engineDiedLog(how), ...log].join('\n  '));
  // The record says "training" by a process that is gone: read again, it says "interrupted".
  await services.store.refresh();
  const resume = words.resumeRun();
  const buttons = [...(interrupted.length > 0 ? [resume] : []), words.showLog()];
  const message = words.engineDied(
    how,
    interrupted.map((run) => run.id),
  );
  const choice = await vscode.window.showErrorMessage(message, ...buttons);
  if (choice === resume) await executeCommand('sparsescope.resumeRun', interrupted[0]);
  else if (choice !== undefined) await executeCommand('sparsescope.openLog');
};

const tellRunFailed = async (id: string, message: string): Promise<void> => {
  const choice = await vscode.window.showErrorMessage(words.runFailed(id, message), words.showLog());
  if (choice !== undefined) await executeCommand('sparsescope.openLog');
};

export const registerNotices = (services: Services): vscode.Disposable => {
  const { engine, report } = services;
  const told = new Set<string>();
  return vscode.Disposable.from(
    engine.onDidDie((exit) => detach(tellEngineDied(services, exit), report)),
    engine.onRunChanged(({ id, directory, record }) => {
      // The record may be written again after the end: one failure is told once.
      if (record.state !== 'failed') told.delete(directory);
      else if (!told.has(directory)) {
        told.add(directory);
        detach(tellRunFailed(id, record.error?.message ?? ''), report);
      }
    }),
  );
};
