/** What the journeys share: the workspace's files, the extension's own state, waiting for things to become so. */
import { commands, languages, Uri, window, workspace, type Diagnostic, type TextEditor } from 'vscode';
import type { CommandId, CommandTypes, TestState } from '../../src/contributions';

export const fileUri = (name: string): Uri => Uri.joinPath(workspace.workspaceFolders![0].uri, name);

export const openText = async (name: string): Promise<TextEditor> =>
  window.showTextDocument(await workspace.openTextDocument(fileUri(name)));

/** One of the extension's commands, typed by its id. */
export const execute = <K extends CommandId>(
  id: K,
  ...args: Parameters<CommandTypes[K]>
): Thenable<Awaited<ReturnType<CommandTypes[K]>>> => commands.executeCommand(id, ...args);

export const state = async (): Promise<TestState> => execute('sparsescope.test.state');

/**
 * Asks again until the answer is truthy. `what` is said when it never is, with the last answer to `look`. The default
 * is long since the browser's own service worker sometimes takes half a minute to hand a webview its page.
 */
export const until = async <T>(
  what: string,
  ask: () => T | Promise<T>,
  { within = 90_000, look }: { within?: number; look?: () => unknown } = {},
): Promise<NonNullable<T>> => {
  const end = Date.now() + within;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) {
      const seen = JSON.stringify(look ? await look() : answer);
      throw new Error(`waited ${within / 1000} s for: ${what}; last seen: ${seen}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

/** The problems of a file, once there are some. */
export const problemsOf = (name: string): Promise<Diagnostic[]> =>
  until(`problems in ${name}`, () => {
    const found = languages.getDiagnostics(fileUri(name));
    return found.length > 0 ? found : undefined;
  });

/** The run as the Runs view has it. */
export const runOf = async (directory: string): Promise<TestState['runs'][number] | undefined> =>
  (await state()).runs.find((run) => run.directory === directory);

export const untilRun = (
  directory: string,
  what: string,
  fits: (run: TestState['runs'][number]) => boolean,
): Promise<TestState['runs'][number]> =>
  until(
    `run ${directory} to be ${what}`,
    async () => {
      const run = await runOf(directory);
      return run && fits(run) ? run : undefined;
    },
    { within: 120_000, look: () => runOf(directory) },
  );
