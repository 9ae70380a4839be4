/** Compare Initialisations: chooses methods, asks the engine, shows the answer. */
import * as vscode from 'vscode';
import { hasConvolutions } from '../../config/model-network';
import type { CompareMethod, Comparison } from '../../protocol/compare';
import { offeredMethods, parseMethods } from '../compare-choice';
import { isCancel } from '../errors';
import { checkedDocument } from '../language/document';
import type { Services } from '../services';
import { words } from '../words';
import { pickConfig } from './pick';
import { checkDocument, needTrust, rootOf, withEngine } from './run-commands';

const memory = 'compare.methods';

interface MethodItem extends vscode.QuickPickItem {
  method?: CompareMethod;
}

/** Nothing when the choice is left or empty. */
const chooseMethods = async (
  { context }: Pick<Services, 'context'>,
  own: CompareMethod,
  convolutional: boolean,
): Promise<CompareMethod[] | undefined> => {
  const items: MethodItem[] = [];
  let group = '';
  for (const { distribution, init, own: isOwn, picked } of offeredMethods(
    own,
    parseMethods(context.workspaceState.get(memory)),
    convolutional,
  )) {
    if (distribution !== group)
      items.push({ label: words.withDistribution(distribution), kind: vscode.QuickPickItemKind.Separator });
    group = distribution;
    const label = `${init} · ${distribution}`;
    items.push({ label, picked, method: { distribution, init }, ...(isOwn && { description: words.ofConfig() }) });
  }
  const chosen = await vscode.window.showQuickPick(items, { canPickMany: true, placeHolder: words.pickMethods() });
  const methods = chosen?.flatMap(({ method }) => method ?? []);
  if (!methods || methods.length === 0) return undefined;
  await context.workspaceState.update(memory, methods);
  return methods;
};

export const compareInitialisations = async (
  services: Services,
  config?: vscode.Uri,
  given?: CompareMethod[],
): Promise<void> => {
  needTrust();
  // From a menu the second argument is the editor's own: only methods count.
  const fixed = parseMethods(given);
  const document = await pickConfig(config instanceof vscode.Uri ? config : undefined);
  if (!document) return;
  checkDocument(document);
  const { config: parsed } = checkedDocument(document);
  if (!parsed) return;
  const { distribution, init } = parsed.sparsity;
  const convolutional = hasConvolutions(parsed);
  const methods = fixed ?? (await chooseMethods(services, { distribution, init }, convolutional));
  if (!methods) return;
  const configPath = document.uri.fsPath;
  const source = { configPath, configText: document.getText(), root: rootOf(document.uri) };
  let comparison: Comparison;
  try {
    comparison = await withEngine(
      services,
      words.comparing(vscode.workspace.asRelativePath(document.uri)),
      vscode.ProgressLocation.Notification,
      (api, options) => api.compareInitialisations({ ...source, methods }, options),
    );
  } catch (error) {
    if (isCancel(error)) services.comparisons.cancelled(configPath);
    throw error;
  }
  services.comparisons.show({ configPath, methods, layer: null, comparison });
};
