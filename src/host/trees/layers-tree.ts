/** The Layers view: the layers of the active config or of the selected run; choosing one moves the panel. */
import * as vscode from 'vscode';
import { configFile, views, type CommandId } from '../../contributions';
import type { Isometry } from '../../core/spectrum';
import { checkedDocument, onDidLook } from '../language/document';
import type { Report } from '../log';
import type { RunStore } from '../run-store';
import { titleOf } from '../run-title';
import type { Selection } from '../selection';
import { Throttle } from '../throttle';
import { factTable } from '../tooltip';
import { words } from '../words';
import { actualRow, plannedRow, type LayerRow } from './layers';

/** A config being typed is planned at most this often. */
const planInterval = 300;

const icon = (isometry: Isometry | undefined): vscode.ThemeIcon => {
  switch (isometry) {
    case 'isometric':
      return new vscode.ThemeIcon('circle-filled', new vscode.ThemeColor('testing.iconPassed'));
    case 'approximately-isometric':
      return new vscode.ThemeIcon('circle-outline', new vscode.ThemeColor('charts.yellow'));
    case 'broken':
      return new vscode.ThemeIcon('warning', new vscode.ThemeColor('testing.iconFailed'));
    case undefined:
      return new vscode.ThemeIcon('circle-large-outline');
  }
};

export class LayersTree implements vscode.TreeDataProvider<LayerRow> {
  rows: LayerRow[] = [];
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  /** The config whose plan is shown while no run is the subject. */
  private config: vscode.TextDocument | undefined;
  private lastPlan: { config: vscode.TextDocument; rows: LayerRow[] } | undefined;
  private view: vscode.TreeView<LayerRow> | undefined;
  private readonly plan: Throttle;

  constructor(
    private readonly store: RunStore,
    private readonly selection: Selection,
    private readonly report: Report,
  ) {
    this.plan = new Throttle(() => this.fill(), report, planInterval);
  }

  register(): vscode.Disposable {
    const view = vscode.window.createTreeView(views.layers, { treeDataProvider: this });
    this.view = view;
    const activate = (editor: vscode.TextEditor | undefined): void => {
      if (!editor || !configFile.test(editor.document.uri.path)) return;
      this.config = editor.document;
      this.selection.set({ directory: undefined }, this);
      this.plan.request();
    };
    activate(vscode.window.activeTextEditor);
    return vscode.Disposable.from(
      view,
      this.changed,
      this.plan,
      vscode.window.onDidChangeActiveTextEditor(activate),
      onDidLook((document) => {
        if (document === this.config) this.plan.request();
      }),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document === this.config) this.plan.request();
      }),
      vscode.workspace.onDidCloseTextDocument((document) => {
        if (document !== this.config) return;
        this.config = undefined;
        this.plan.request();
      }),
      this.store.onDidChange(() => {
        if (this.selection.current.directory !== undefined) this.plan.request();
      }),
      this.selection.onDidChange(({ by }) => {
        this.plan.request();
        if (by !== this) this.followLayer();
      }),
    );
  }

  getChildren(element?: LayerRow): LayerRow[] {
    return element ? [] : this.rows;
  }

  getParent(): undefined {
    return undefined;
  }

  getTreeItem(row: LayerRow): vscode.TreeItem {
    const item = new vscode.TreeItem(row.name);
    item.id = row.name;
    item.description = row.description;
    item.iconPath = icon(row.isometry);
    item.tooltip = factTable(row.facts);
    item.accessibilityInformation = { label: `${row.name}, ${row.description}` };
    item.command = {
      command: 'sparsescope.selectLayer' satisfies CommandId,
      title: words.open(),
      arguments: [row.name],
    };
    return item;
  }

  /** A layer was chosen in the tree. */
  select(layer: string): void {
    this.selection.set({ layer }, this);
  }

  private fill(): void {
    const { directory } = this.selection.current;
    const entry = directory === undefined ? undefined : this.store.get(directory);
    const { laterTarget: later, distribution } = entry?.record ?? {};
    const [rows, title] = entry?.record
      ? [
          entry.record.layers.map((layer) => actualRow(layer, { masks: entry.masks, later, distribution })),
          titleOf(entry.directory),
        ]
      : [this.plannedRows(), this.config ? words.planned(this.configName()) : ''];
    if (this.view) this.view.description = title;
    // A run tells of itself ten times a second, its layers rarely change: an equal list is not drawn again.
    if (JSON.stringify(rows) === JSON.stringify(this.rows)) return;
    this.rows = rows;
    this.changed.fire(undefined);
    this.followLayer();
  }

  private plannedRows(): LayerRow[] {
    if (!this.config) return [];
    const { config, plan } = checkedDocument(this.config);
    // A config with a mistake has no plan: the last good list stays while it is typed.
    if (plan) this.lastPlan = { config: this.config, rows: plan.layers.map((layer) => plannedRow(layer, config)) };
    return this.lastPlan?.config === this.config ? this.lastPlan.rows : [];
  }

  private configName(): string {
    return this.config?.uri.path.split('/').at(-1) ?? '';
  }

  /** Marks the selected layer, without taking the focus or opening the view. */
  private followLayer(): void {
    const row = this.rows.find((known) => known.name === this.selection.current.layer);
    if (row && this.view?.visible) this.view.reveal(row, { select: true, focus: false }).then(undefined, this.report);
  }
}
