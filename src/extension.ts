/** Where VS Code comes in. No logic: src/host/activate.ts builds everything. */
import * as vscode from 'vscode';
import { start } from './host/activate';
import { activationFailed } from './host/errors';

let stop: (() => Promise<void>) | undefined;

export const activate = (context: vscode.ExtensionContext): void => {
  const log = vscode.window.createOutputChannel('Sparsescope', { log: true });
  context.subscriptions.push(log);
  try {
    stop = start(context, log);
  } catch (error) {
    log.error(error instanceof Error ? error : String(error));
    void vscode.window.showErrorMessage(activationFailed().message);
  }
};

export const deactivate = async (): Promise<void> => {
  await stop?.();
};
