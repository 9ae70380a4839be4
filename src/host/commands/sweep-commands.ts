/** Start, cancel and resume sweeps. */
import { availableParallelism } from 'node:os';
import * as vscode from 'vscode';
import { sweepContexts, type SweepReference } from '../../contributions';
import { SweepFolder } from '../../runs/sweep-folder';
import type { SweepPlan } from '../../sweep/plan';
import { planAgain, planSweep } from '../../sweep/plan';
import type { SweepListener, SweepOutcome } from '../../sweep/run-sweep';
import { noSweep, sweepUnreadable } from '../errors';
import { share } from '../format';
import { checkedDocument } from '../language/document';
import { detach } from '../log';
import type { Services } from '../services';
import { setting } from '../settings';
import type { SweepEntry } from '../sweep-store';
import { sweepContext, sweepDescription, sweepTitle } from '../trees/sweep-row';
import { words } from '../words';
import { pickConfig } from './pick';
import { executeCommand, inform, showError } from './register';
import { checkDocument, needTrust, rootOf } from './run-commands';

/** How often the notification says where the trials are, milliseconds. */
const progressInterval = 500;

/** The editor and its host are to have a processor left. */
const jobs = (): number => {
  const wanted = setting('sparsescope.sweepJobs');
  return wanted > 0 ? Math.min(wanted, 256) : Math.max(1, availableParallelism() - 1);
};

/** The sweep given; else the only one that `fits`, else the one chosen. */
export const pickSweep = async (
  { sweeps, report }: Pick<Services, 'sweeps' | 'report'>,
  given: SweepReference | undefined,
  fits: (entry: SweepEntry) => boolean,
  none: string,
): Promise<SweepEntry | undefined> => {
  if (given) return sweeps.find(given.directory);
  await sweeps.refresh();
  const candidates = sweeps.list().filter(fits);
  if (candidates.length === 0) {
    inform(none, report);
    return undefined;
  }
  if (candidates.length === 1) return candidates[0];
  const items = candidates.map((entry) => ({
    label: sweepTitle(entry.id),
    description: sweepDescription(entry),
    entry,
  }));
  return (await vscode.window.showQuickPick(items, { placeHolder: words.pickSweep() }))?.entry;
};

/** Says in the notification how far the sweep is. */
class Shown implements SweepListener {
  private timer: ReturnType<typeof setInterval> | undefined;
  private ended = 0;
  private failed = 0;
  private reached = 0;

  constructor(
    private readonly count: number,
    private readonly progress: vscode.Progress<{ message?: string; increment?: number }>,
    private readonly hasFolder: (sweep: SweepReference & { id: string }) => void,
  ) {}

  begun({ folder, before, running }: Parameters<SweepListener['begun']>[0]): void {
    this.ended = before;
    const tell = (): void => {
      const now = running.entries().map(([id, step]) => words.trialRunning(id, step));
      const percent = (100 * this.ended) / this.count;
      const message = words.sweepProgress(this.ended, this.count, this.failed, now.join(', '));
      this.progress.report({ message, increment: percent - this.reached });
      this.reached = percent;
    };
    tell();
    this.timer = setInterval(tell, progressInterval);
    this.hasFolder({ directory: folder.directory, id: folder.id });
  }

  readonly left: SweepListener['left'] = ({ state }, ended) => {
    this.ended = ended;
    if (state === 'failed') this.failed++;
  };

  end(): void {
    clearInterval(this.timer);
  }
}

const tellEnd = async (services: Services, { folder, record, results }: SweepOutcome): Promise<void> => {
  const { id, directory } = folder;
  const failed = results.filter(({ state }) => state === 'failed').length;
  if (record.state === 'cancelled' || record.state === 'interrupted') {
    const done = failed + results.filter(({ state }) => state === 'completed').length;
    const resume = words.resumeSweep();
    const tell = record.state === 'cancelled' ? words.sweepCancelled : words.sweepInterrupted;
    const message = tell(id, done, results.length);
    if ((await vscode.window.showInformationMessage(message, resume)) === resume)
      await executeCommand('sparsescope.resumeSweep', { directory });
    return;
  }
  const best = services.sweeps.get(directory)?.best;
  const figure = best?.accuracy === undefined ? '' : `${words.validation(share(best.accuracy))} (${best.title})`;
  const message = words.sweepEnded({ id, trials: results.length, failed, best: figure });
  const open = words.openSweepReport();
  const show = failed === 0 ? vscode.window.showInformationMessage : vscode.window.showWarningMessage;
  if ((await show(message, open)) === open) await executeCommand('sparsescope.openSweepReport', { directory });
};

/** Answers once the sweep has its folder; it goes on under a notification with Cancel. */
const begin = (services: Services, plan: SweepPlan, title: string, retryFailed: boolean): Promise<SweepReference> => {
  const { sweepRunner, sweeps, report } = services;
  return new Promise((resolve, reject) => {
    let begun = false;
    const location = vscode.ProgressLocation.Notification;
    const whole = vscode.window.withProgress({ location, title, cancellable: true }, async (progress, token) => {
      const controller = new AbortController();
      token.onCancellationRequested(() => controller.abort());
      const shown = new Shown(plan.trials.length, progress, ({ directory }) => {
        begun = true;
        sweeps.refresh().then(() => resolve({ directory }), reject);
      });
      try {
        return await sweepRunner.run(plan, { retryFailed, listener: shown, signal: controller.signal });
      } finally {
        shown.end();
      }
    });
    const ended = async (): Promise<void> => {
      try {
        const outcome = await whole;
        if (outcome.reportError !== undefined) report(outcome.reportError);
        await sweeps.refresh();
        if (!services.closing()) detach(tellEnd(services, outcome), report);
      } catch (error) {
        // Whoever waits for the beginning tells what kept it from beginning.
        if (begun) showError(error, report);
        else reject(error instanceof Error ? error : new Error(String(error)));
      }
    };
    void ended();
  });
};

export const sweepConfig = async (services: Services, config?: vscode.Uri): Promise<SweepReference | undefined> => {
  needTrust();
  const document = await pickConfig(config);
  if (!document) return undefined;
  checkDocument(document);
  const file = vscode.workspace.asRelativePath(document.uri);
  const { config: checked, sweep } = checkedDocument(document);
  if (!checked || !sweep) throw noSweep(file);
  const plan = planSweep({
    path: document.uri.fsPath,
    text: document.getText(),
    name: checked.name,
    sweep,
    root: rootOf(document.uri),
    backend: setting('sparsescope.backend'),
    jobs: jobs(),
  });
  return begin(services, plan, words.startingSweep(file), false);
};

export const resumeSweep = async (services: Services, sweep?: SweepReference): Promise<SweepReference | undefined> => {
  needTrust();
  const resumable = (entry: SweepEntry): boolean => sweepContext(entry) === sweepContexts.resumable;
  const entry = await pickSweep(services, sweep, resumable, words.nothingToResumeSweep());
  if (!entry) return undefined;
  const { id, directory, record, problem } = entry;
  if (!record) throw sweepUnreadable(id, problem ?? '');
  if (record.state === 'completed') {
    inform(words.sweepComplete(id), services.report);
    return undefined;
  }
  const backend = setting('sparsescope.backend');
  const plan = await planAgain(new SweepFolder(directory), { jobs: jobs(), backend });
  return begin(services, plan, words.sweeping(id), record.state === 'failed');
};

/** Answers when its trials have stopped. Sweeps of other processes are not ours to stop. */
export const cancelSweep = async (services: Services, sweep?: SweepReference): Promise<void> => {
  const { sweepRunner, sweeps, report } = services;
  const directory = sweep?.directory ?? sweepRunner.running;
  if (directory === undefined) {
    inform(words.nothingSweeps(), report);
    return;
  }
  const { id, record } = await sweeps.find(directory);
  if (directory !== sweepRunner.running) {
    inform(record?.state === 'running' ? words.sweepNotOurs(id) : words.sweepEndedAlready(id), report);
    return;
  }
  const title = words.stoppingSweep(id);
  await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () =>
    sweepRunner.stop('cancelled'),
  );
  await sweeps.refresh();
};
