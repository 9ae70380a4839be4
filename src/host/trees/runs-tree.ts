/** The Runs view: every run of the workspace, newest first. */
import * as vscode from 'vscode';
import type { CommandId } from '../../contributions';
import { views } from '../../contributions';
import type { RunState } from '../../protocol/run';
import { isEnded } from '../../protocol/run';
import { runTitle, stateWords } from '../../protocol/words';
import { share } from '../format';
import { detach, type Report } from '../log';
import type { RunEntry, RunStore } from '../run-store';
import type { Selection } from '../selection';
import { Throttle } from '../throttle';
import { factTable } from '../tooltip';
import { words } from '../words';
import { runContext, runDescription } from './run-row';

/** A tree drawn more often takes away the tooltip one is reading. */
const drawInterval = 400;

/** State by icon and colour; the word stands beside it, so that colour is never alone. */
const icon = (state: RunState | undefined): vscode.ThemeIcon => {
  const themed = (id: string, color: string): vscode.ThemeIcon =>
    new vscode.ThemeIcon(id, new vscode.ThemeColor(color));
  switch (state) {
    case 'starting':
    case 'initialising':
    case 'training':
      return themed('sync~spin', 'charts.blue');
    case 'completed':
      return themed('pass', 'testing.iconPassed');
    case 'cancelled':
      return themed('circle-slash', 'disabledForeground');
    case 'failed':
    case undefined:
      return themed('error', 'testing.iconFailed');
    case 'interrupted':
      return themed('debug-disconnect', 'testing.iconQueued');
  }
};

const tooltip = ({ record, problem, directory, step, best }: RunEntry): vscode.MarkdownString => {
  if (problem !== undefined || !record) return factTable([[words.facts.problem(), problem ?? directory]]);
  const { facts } = words;
  return factTable([
    [facts.state(), stateWords[record.state] + (record.error ? `: ${record.error.message}` : '')],
    [facts.step(), `${step} / ${record.totalSteps}`],
    [facts.validation(), best === undefined ? '-' : share(best)],
    [facts.backend(), record.backend.name],
    [facts.data(), record.dataset.source],
    [facts.seed(), String(record.seed)],
    [facts.created(), new Date(record.createdAt).toLocaleString()],
    [facts.folder(), directory],
  ]);
};

export class RunsTree implements vscode.TreeDataProvider<RunEntry> {
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;

  constructor(
    private readonly store: RunStore,
    private readonly selection: Selection,
    private readonly report: Report,
  ) {}

  register(): vscode.Disposable {
    const view = vscode.window.createTreeView(views.runs, {
      treeDataProvider: this,
      showCollapseAll: false,
      canSelectMany: true,
    });
    const following = this.selection.onDidChange(({ directory }) => {
      const entry = directory === undefined ? undefined : this.store.get(directory);
      // Marks the run that is looked at, without taking the focus or opening the view.
      if (entry && view.visible) detach(view.reveal(entry, { select: true, focus: false }), this.report);
    });
    const draw = new Throttle(() => this.draw(view), this.report, drawInterval);
    const listening = this.store.onDidChange(() => draw.request());
    return vscode.Disposable.from(view, following, listening, draw, this.changed);
  }

  private draw(view: vscode.TreeView<RunEntry>): void {
    const live = this.store.list().filter((entry) => entry.record && !isEnded(entry.record.state)).length;
    if (live !== (view.badge?.value ?? 0))
      view.badge = live > 0 ? { value: live, tooltip: words.liveRuns(live) } : undefined;
    this.changed.fire(undefined);
  }

  getChildren(element?: RunEntry): RunEntry[] {
    return element ? [] : this.store.list();
  }

  getParent(): undefined {
    return undefined;
  }

  getTreeItem(entry: RunEntry): vscode.TreeItem {
    const item = new vscode.TreeItem(runTitle(entry.id));
    item.id = entry.directory;
    item.description = runDescription(entry);
    item.iconPath = icon(entry.record?.state);
    item.tooltip = tooltip(entry);
    item.contextValue = runContext(entry);
    item.accessibilityInformation = { label: `${runTitle(entry.id)}, ${runDescription(entry)}` };
    item.command = {
      command: 'sparsescope.openRun' satisfies CommandId,
      title: words.open(),
      arguments: [{ directory: entry.directory }],
    };
    return item;
  }
}
