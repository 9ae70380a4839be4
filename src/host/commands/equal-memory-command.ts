/**
 * Compare at Equal Memory: the sweep that sets shared weights against pruned and smaller networks, beside the config.
 */
import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import type { EqualMemory } from '../../config/equal-memory';
import { byReason, equalMemory } from '../../config/equal-memory';
import { configFormat } from '../../config/format';
import { configFile } from '../../contributions';
import { count } from '../../core/figure';
import { notPlanned } from '../errors';
import { checkedDocument, lookedOf } from '../language/document';
import { detach } from '../log';
import type { Services } from '../services';
import { words } from '../words';
import { writeNew } from './new-file';
import { pickConfig } from './pick';
import { executeCommand } from './register';
import { checkDocument, offerSweep } from './run-commands';

const offerRun = async (sweep: vscode.Uri, { budget, variants, left }: EqualMemory): Promise<void> => {
  const file = vscode.workspace.asRelativePath(sweep);
  const message = words.equalMemory({ file, variants: variants.length, stored: count(budget), left: byReason(left) });
  // What is left out is a gap of the table that the person is going to read.
  const show = left.length === 0 ? vscode.window.showInformationMessage : vscode.window.showWarningMessage;
  const run = words.runSweep();
  if ((await show(message, run)) === run) await executeCommand('sparsescope.sweepConfig', sweep);
};

/**
 * Answers the sweep's config once it is open; `undefined` where the choice was left or the config is a sweep itself.
 */
export const compareAtEqualMemory = async (
  services: Services,
  config?: vscode.Uri,
): Promise<vscode.Uri | undefined> => {
  const document = await pickConfig(config instanceof vscode.Uri ? config : undefined);
  if (!document) return undefined;
  checkDocument(document);
  const { uri } = document;
  const { config: parsed, plan, sweep } = checkedDocument(document);
  if (sweep) {
    detach(offerSweep(uri, sweep.count), services.report);
    return undefined;
  }
  if (parsed?.sharing && !plan) throw notPlanned(vscode.workspace.asRelativePath(uri));
  const found = equalMemory(document.getText(), configFormat(uri.path), { looked: lookedOf(document) });
  const name = basename(uri.fsPath);
  const stem = `${name.replace(configFile, '')}-equal-memory`;
  const ending = configFile.exec(name)?.[0] ?? '';
  const written = await writeNew(vscode.Uri.file(dirname(uri.fsPath)), { stem, ending, text: found.text });
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(written));
  detach(offerRun(written, found), services.report);
  return written;
};
