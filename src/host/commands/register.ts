import * as vscode from 'vscode';
import type { CommandId, CommandTypes } from '../../contributions';
import { describeError, isCancel, isTold, untrusted } from '../errors';
import { detach, type Report } from '../log';
import { words } from '../words';

/** Says something that needs no answer. */
export const inform = (message: string, report: Report): void =>
  detach(vscode.window.showInformationMessage(message), report);

/** What can be done about an error, besides reading its sentence. */
const remedy = (code: string): { label: string; command: string } =>
  code === untrusted().code
    ? { label: words.manageTrust(), command: 'workbench.trust.manage' }
    : { label: words.showLog(), command: 'sparsescope.openLog' satisfies CommandId };

/**
 * Shows the sentence of `error` with a remedy or a way to the log. Cancel, and what is told elsewhere, shows nothing.
 */
export const showError = (error: unknown, report: Report): void => {
  if (isCancel(error)) return;
  report(error);
  if (isTold(error)) return;
  const { code, message } = describeError(error);
  const { label, command } = remedy(code);
  const follow = vscode.window
    .showErrorMessage(message, label)
    .then((choice) => (choice === undefined ? undefined : vscode.commands.executeCommand(command)));
  detach(follow, report);
};

/** Registers a command by its contributed id; arguments and result are typed there. The one error wrapper. */
export const registerCommand = <K extends CommandId>(id: K, run: CommandTypes[K], report: Report): vscode.Disposable =>
  vscode.commands.registerCommand(id, async (...args: Parameters<CommandTypes[K]>) => {
    try {
      return await (run as (...args: Parameters<CommandTypes[K]>) => ReturnType<CommandTypes[K]>)(...args);
    } catch (error) {
      showError(error, report);
      return undefined;
    }
  });

/** Calls one of the extension's own commands, typed. */
export const executeCommand = <K extends CommandId>(
  id: K,
  ...args: Parameters<CommandTypes[K]>
): Thenable<Awaited<ReturnType<CommandTypes[K]>> | undefined> => vscode.commands.executeCommand(id, ...args);
