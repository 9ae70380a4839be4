/** The Runs view: every run and every sweep of the workspace, newest first; the trials of a sweep are below it. */
import * as vscode from 'vscode';
import type { CommandId } from '../../contributions';
import { views } from '../../contributions';
import { isEnded } from '../../protocol/run';
import { computedBy, runTitle, stateWords } from '../../protocol/words';
import { share } from '../format';
import { detach, type Report } from '../log';
import type { RunEntry, RunStore } from '../run-store';
import type { Selection } from '../selection';
import type { SweepEntry, SweepStore, TrialEntry } from '../sweep-store';
import { Throttle } from '../throttle';
import { factTable } from '../tooltip';
import { words } from '../words';
import { runContext, runDescription } from './run-row';
import { runIcon, sweepIcon, trialIcon } from './state-icon';
import { sweepContext, sweepDescription, sweepFacts, sweepTitle } from './sweep-row';
import { trialContext, trialDescription, trialFacts } from './sweep-row';

/** A tree drawn more often takes away the tooltip one is reading. */
const drawInterval = 400;

type Row = RunEntry | SweepEntry | TrialEntry;

const tooltip = ({ record, problem, directory, step, best }: RunEntry): vscode.MarkdownString => {
  if (problem !== undefined || !record) return factTable([[words.facts.problem(), problem ?? directory]]);
  const { facts } = words;
  return factTable([
    [facts.state(), stateWords[record.state] + (record.error ? `: ${record.error.message}` : '')],
    [facts.step(), `${step} / ${record.totalSteps}`],
    [facts.validation(), best === undefined ? '-' : share(best)],
    [facts.backend(), computedBy(record)],
    [facts.data(), record.dataset.source],
    [facts.seed(), String(record.seed)],
    [facts.created(), new Date(record.createdAt).toLocaleString()],
    [facts.folder(), directory],
  ]);
};

const created = ({ record }: RunEntry | SweepEntry): string => record?.createdAt ?? '';

export class RunsTree implements vscode.TreeDataProvider<Row> {
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;

  constructor(
    private readonly store: RunStore,
    private readonly sweeps: SweepStore,
    private readonly selection: Selection,
    private readonly report: Report,
  ) {}

  register(): vscode.Disposable {
    const view = vscode.window.createTreeView(views.runs, {
      treeDataProvider: this,
      showCollapseAll: true,
      canSelectMany: true,
    });
    const following = this.selection.onDidChange(({ directory }) => {
      const row = directory === undefined ? undefined : (this.sweeps.trial(directory) ?? this.store.get(directory));
      // Marks the run that is looked at, without taking the focus or opening the view.
      if (row && view.visible) detach(view.reveal(row, { select: true, focus: false }), this.report);
    });
    const draw = new Throttle(() => this.draw(view), this.report, drawInterval);
    const listening = this.store.onDidChange(() => draw.request());
    const sweeping = this.sweeps.onDidChange(() => draw.request());
    return vscode.Disposable.from(view, following, listening, sweeping, draw, this.changed);
  }

  private draw(view: vscode.TreeView<Row>): void {
    const runs = this.store.list().filter((entry) => entry.record && !isEnded(entry.record.state)).length;
    const live = runs + this.sweeps.list().filter(({ record }) => record?.state === 'running').length;
    if (live !== (view.badge?.value ?? 0))
      view.badge = live > 0 ? { value: live, tooltip: words.liveRuns(live) } : undefined;
    this.changed.fire(undefined);
  }

  getChildren(element?: Row): Row[] {
    if (!element) {
      const rows = [...this.store.list(), ...this.sweeps.list()];
      // Stable: runs stay in the order of their own list.
      return rows.sort((a, b) => created(b).localeCompare(created(a)));
    }
    // The element may be of an earlier drawing.
    return 'kind' in element && element.kind === 'sweep' ? (this.sweeps.get(element.directory)?.trials ?? []) : [];
  }

  getParent(row: Row): SweepEntry | undefined {
    return 'kind' in row && row.kind === 'trial' ? this.sweeps.get(row.sweep) : undefined;
  }

  getTreeItem(row: Row): vscode.TreeItem {
    if (!('kind' in row)) return runItem(row);
    return row.kind === 'sweep' ? sweepItem(row) : trialItem(row, this.sweeps.get(row.sweep));
  }
}

const makeItem = (
  label: string,
  directory: string,
  look: Required<Pick<vscode.TreeItem, 'description' | 'iconPath' | 'tooltip' | 'contextValue'>>,
): vscode.TreeItem => {
  const item = new vscode.TreeItem(label);
  item.id = directory;
  item.accessibilityInformation = { label: `${label}, ${String(look.description)}` };
  return Object.assign(item, look);
};

const openCommand = (directory: string): vscode.Command => ({
  command: 'sparsescope.openRun' satisfies CommandId,
  title: words.open(),
  arguments: [{ directory }],
});

const runItem = (entry: RunEntry): vscode.TreeItem => {
  const item = makeItem(runTitle(entry.id), entry.directory, {
    description: runDescription(entry),
    iconPath: runIcon(entry.record?.state),
    tooltip: tooltip(entry),
    contextValue: runContext(entry),
  });
  item.command = openCommand(entry.directory);
  return item;
};

const sweepItem = (entry: SweepEntry): vscode.TreeItem => {
  const item = makeItem(sweepTitle(entry.id), entry.directory, {
    description: sweepDescription(entry),
    iconPath: sweepIcon(entry.record?.state),
    tooltip: factTable(sweepFacts(entry)),
    contextValue: sweepContext(entry),
  });
  if (entry.trials.length > 0) item.collapsibleState = vscode.TreeItemCollapsibleState.Collapsed;
  return item;
};

const trialItem = (entry: TrialEntry, sweep: SweepEntry | undefined): vscode.TreeItem => {
  const item = makeItem(entry.title, entry.directory, {
    description: trialDescription(entry),
    iconPath: trialIcon(entry.state),
    tooltip: factTable(trialFacts(entry, sweep)),
    contextValue: trialContext(entry),
  });
  // There is nothing to open of one that has not begun.
  if (entry.state !== 'waiting') item.command = openCommand(entry.directory);
  return item;
};
