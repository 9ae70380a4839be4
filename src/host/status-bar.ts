/** The status bar: backend and run state, and Cancel while something runs. */
import * as vscode from 'vscode';
import { configFile, type CommandId } from '../contributions';
import { backendOf } from '../protocol/engine';
import type { RunRecord } from '../protocol/run';
import { backendText, backendTitle, computedBy, computedWhy, executorText, stateWords } from '../protocol/words';
import type { EngineClient } from './engine-client';
import type { RunStore } from './run-store';
import { words } from './words';

export class StatusBar {
  private readonly state = vscode.window.createStatusBarItem('sparsescope.state', vscode.StatusBarAlignment.Left, 10);
  private readonly cancel = vscode.window.createStatusBarItem('sparsescope.cancel', vscode.StatusBarAlignment.Left, 9);
  private readonly listening: vscode.Disposable;
  private running = false;

  constructor(
    private readonly engine: EngineClient,
    private readonly store: RunStore,
  ) {
    this.state.name = 'Sparsescope';
    this.state.command = 'sparsescope.showActions' satisfies CommandId;
    this.cancel.name = words.cancelItem();
    this.cancel.text = words.cancelStatus();
    this.cancel.command = 'sparsescope.cancelRun' satisfies CommandId;
    const update = (): void => this.update();
    this.listening = vscode.Disposable.from(
      engine.onDidChange(update),
      store.onDidChange(update),
      vscode.workspace.onDidOpenTextDocument(() => this.show()),
    );
    update();
  }

  get text(): string {
    return this.state.text;
  }

  get cancelVisible(): boolean {
    return this.running;
  }

  dispose(): void {
    this.listening.dispose();
    this.state.dispose();
    this.cancel.dispose();
  }

  /** A window without configs, runs and engine has no use for the item; once shown it stays where it is. */
  private show(): void {
    const config = (document: vscode.TextDocument): boolean => configFile.test(document.uri.path);
    if (this.engine.state !== 'stopped' || this.store.list().length > 0 || vscode.workspace.textDocuments.some(config))
      this.state.show();
  }

  private update(): void {
    this.show();
    const run = this.engine.running.at(0);
    this.running = run !== undefined;
    if (run) {
      const entry = this.store.get(run.directory);
      const progress =
        entry?.record?.state === 'training'
          ? words.step(entry.step, entry.record.totalSteps)
          : stateWords[entry?.record?.state ?? 'starting'];
      this.state.text = words.runningStatus(
        run.id,
        progress,
        entry?.record ? computedBy(entry.record) : this.backend && backendTitle(this.backend),
        this.engine.running.length - 1,
      );
      this.cancel.tooltip = words.cancelTooltip(run.id);
      this.cancel.show();
    } else {
      this.state.text = this.idleText();
      this.cancel.hide();
    }
    this.state.tooltip = words.statusTooltip(this.why(run && this.store.get(run.directory)?.record));
    const failed = this.engine.state === 'failed';
    this.state.backgroundColor = failed ? new vscode.ThemeColor('statusBarItem.errorBackground') : undefined;
  }

  /** Why what computes a run does, or without one what would compute a sparse run. */
  private why(record: RunRecord | undefined): string {
    if (record) return computedWhy(record);
    const { info } = this.engine;
    return info ? `${backendText(backendOf(info))}\n${words.sparseRuns(executorText(info.executor))}` : '';
  }

  private get backend(): RunRecord['backend'] | undefined {
    const { info } = this.engine;
    return info && backendOf(info);
  }

  private idleText(): string {
    switch (this.engine.state) {
      case 'starting':
        return words.starting();
      case 'failed':
        return words.engineFailed();
      case 'ready':
        return words.idle(this.backend ? backendTitle(this.backend) : '');
      case 'stopped':
        return words.notStarted();
    }
  }
}
