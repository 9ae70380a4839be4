/**
 * The Node that this window runs its engines on: the person's own where the setting names one and the workspace is
 * trusted.
 */
import * as vscode from 'vscode';
import { engineNode } from '../gpu/node';
import type { EngineNode } from '../gpu/node';
import { detach } from './log';
import type { Report } from './log';
import { setting } from './settings';
import { words } from './words';

export const chosenNode = (): EngineNode =>
  vscode.workspace.isTrusted ? engineNode(setting('sparsescope.node')) : { why: words.builtInUntrusted() };

/** Answers the program to start an engine with; why it is not the one that was asked for is told once. */
export function nodeToStart(report: Report): () => string | undefined {
  let told: string | undefined;
  return () => {
    const { node, problem } = chosenNode();
    if (problem !== undefined && problem !== told) detach(vscode.window.showWarningMessage(problem), report);
    told = problem;
    return node;
  };
}
