/** State by icon and colour; the word stands beside it, so that colour is never alone. */
import * as vscode from 'vscode';
import type { RunState } from '../../protocol/run';
import type { SweepState, TrialState } from '../../protocol/sweep';

const themed = (id: string, color: string): vscode.ThemeIcon => new vscode.ThemeIcon(id, new vscode.ThemeColor(color));

export const runIcon = (state: RunState | undefined): vscode.ThemeIcon => {
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

export const trialIcon = (state: TrialState): vscode.ThemeIcon =>
  state === 'waiting' ? themed('circle-outline', 'disabledForeground') : runIcon(state);

/** One of which some trials failed has results all the same: it is a warning. */
export const sweepIcon = (state: SweepState | undefined): vscode.ThemeIcon => {
  switch (state) {
    case 'running':
      return runIcon('training');
    case 'failed':
      return themed('warning', 'list.warningForeground');
    case 'completed':
    case 'cancelled':
    case 'interrupted':
    case undefined:
      return runIcon(state);
  }
};
