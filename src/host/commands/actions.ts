/** The status bar's menu: what makes sense now. */
import * as vscode from 'vscode';
import type { CommandId } from '../../contributions';
import type { Services } from '../services';
import { words } from '../words';

type Action = vscode.QuickPickItem & { act: () => Thenable<unknown> };

export const showActions = async ({ engine }: Services): Promise<void> => {
  const action = (icon: string, label: string, id: CommandId, ...args: unknown[]): Action => ({
    label: `$(${icon}) ${label}`,
    act: () => vscode.commands.executeCommand(id, ...args),
  });
  const live = engine.running.flatMap((run) => [
    action('open-preview', words.openNamed(run.id), 'sparsescope.openRun', { directory: run.directory }),
    action('debug-stop', words.cancelNamed(run.id), 'sparsescope.cancelRun', { directory: run.directory }),
  ]);
  const always = [
    action('play', words.runConfig(), 'sparsescope.runConfig'),
    action('pulse', words.doctor(), 'sparsescope.doctor'),
    action('output', words.showLog(), 'sparsescope.openLog'),
    action('debug-restart', words.restartEngine(), 'sparsescope.restartEngine'),
  ];
  const chosen = await vscode.window.showQuickPick([...live, ...always], { placeHolder: words.actions() });
  await chosen?.act();
};
