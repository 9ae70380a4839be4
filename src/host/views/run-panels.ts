/** The open run panels: one per run, brought back with the window. */
import * as vscode from 'vscode';
import { runPanelType } from '../../contributions';
import type { Disposable } from '../emitter';
import { RunPanel, createRunPanel, type PanelServices } from './run-panel';
import { initialRunState, parseRunState } from './view-state';

export class RunPanels implements vscode.WebviewPanelSerializer {
  private readonly panels = new Map<string, RunPanel>();
  private readonly registrations: Disposable[];

  constructor(private readonly services: PanelServices) {
    this.registrations = [
      vscode.window.registerWebviewPanelSerializer(runPanelType, this),
      services.selection.onDidChange(({ directory, layer, step, by }) => {
        const panel = directory === undefined ? undefined : this.panels.get(directory);
        if (panel && panel !== by && (panel.state.layer !== layer || panel.state.step !== step))
          panel.show(layer, step);
      }),
    ];
  }

  /** The run's panel: the open one brought to the front, or a new one beside the config, where other panels are. */
  open(directory: string, { preserveFocus }: { preserveFocus: boolean }): void {
    const known = this.panels.get(directory);
    if (known) {
      known.panel.reveal(undefined, preserveFocus);
      this.choose(known);
      return;
    }
    const viewColumn = this.list().at(-1)?.panel.viewColumn ?? vscode.ViewColumn.Beside;
    this.adopt(createRunPanel(initialRunState(directory), { viewColumn, preserveFocus }, this.services));
  }

  close(directory: string): void {
    this.panels.get(directory)?.panel.dispose();
  }

  /** A line was added to the run's journal, or its record was rewritten. */
  noteChange(directory: string): void {
    this.panels.get(directory)?.noteChange();
  }

  list(): RunPanel[] {
    return [...this.panels.values()];
  }

  // Called by the editor for each panel that was open when the window closed.
  deserializeWebviewPanel(panel: vscode.WebviewPanel, kept: unknown): Promise<void> {
    const state = parseRunState(kept);
    // A panel that lost its state, or a second one of the same run, has nothing to show.
    if (!state || this.panels.has(state.directory)) panel.dispose();
    else this.adopt(new RunPanel(panel, state, this.services));
    return Promise.resolve();
  }

  dispose(): void {
    for (const registration of this.registrations) registration.dispose();
  }

  private adopt(opened: RunPanel): void {
    this.panels.set(opened.directory, opened);
    opened.panel.onDidDispose(() => this.panels.delete(opened.directory));
    opened.panel.onDidChangeViewState(({ webviewPanel }) => {
      if (webviewPanel.active) this.choose(opened);
    });
    this.choose(opened);
  }

  /** The panel a person looks at is the subject. */
  private choose(opened: RunPanel): void {
    const { directory, layer, step } = opened.state;
    this.services.selection.set({ directory, layer, step }, opened);
  }
}
