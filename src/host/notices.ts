/** What the person is told without having asked: the engine died, a run failed. */
import * as vscode from 'vscode';
import { executeCommand } from './commands/register';
import type { EngineExit } from './engine-client';
import { engineKeepsStopping } from './errors';
import { detach } from './log';
import type { Services } from './services';
import { words } from './words';

const sentenceOf = ({ how, interrupted, again, times }: EngineExit): string => {
  const ids = interrupted.map((run) => run.id);
  const parts = [
    ...(ids.length > 0 ? [words.engineDiedRunning(how, ids)] : again ? [words.engineDied(how)] : []),
    ...(again ? [] : [engineKeepsStopping(times).message]),
  ];
  return parts.join(' ');
};

const tellEngineDied = async (services: Services, exit: EngineExit): Promise<void> => {
  const { how, log, interrupted, again } = exit;
  services.log.error([words.engineDiedLog(how), ...log].join('\n  '));
  // The record says "training" by a process that is gone: read again, it says "interrupted".
  await services.store.refresh();
  if (exit.quiet) return;
  const resume = words.resumeRuns(interrupted.length);
  const restart = words.restartEngine();
  const buttons = [...(again ? (interrupted.length > 0 ? [resume] : []) : [restart]), words.showLog()];
  const choice = await vscode.window.showErrorMessage(sentenceOf(exit), ...buttons);
  if (choice === restart) await executeCommand('sparsescope.restartEngine');
  else if (choice === resume) for (const run of interrupted) await executeCommand('sparsescope.resumeRun', run);
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
