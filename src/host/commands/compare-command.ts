/** Compare Initialisations: chooses methods, asks the engine, shows the answer. */
import * as vscode from 'vscode';
import { hasConvolutions } from '../../config/model-network';
import type { Config } from '../../config/types';
import type { CompareMethod, Comparison } from '../../protocol/compare';
import { methodName } from '../../protocol/words';
import { methodOf, offeredMethods, parseMethods, type MethodGroup } from '../compare-choice';
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

const heading = (group: MethodGroup): string =>
  group === 'pattern' ? words.towardsPattern() : group === 'bases' ? words.otherBases() : words.withDistribution(group);

/** Nothing when the choice is left or empty. */
const chooseMethods = async (
  { context }: Pick<Services, 'context'>,
  config: Config,
): Promise<CompareMethod[] | undefined> => {
  const items: MethodItem[] = [];
  let last: MethodGroup | undefined;
  const remembered = parseMethods(context.workspaceState.get(memory));
  for (const offered of offeredMethods(config.sparsity, remembered, hasConvolutions(config))) {
    const { group, own, picked } = offered;
    if (group !== last) items.push({ label: heading(group), kind: vscode.QuickPickItemKind.Separator });
    last = group;
    const method = methodOf(offered);
    items.push({ label: methodName(method), picked, method, ...(own && { description: words.ofConfig() }) });
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
  const methods = fixed ?? (await chooseMethods(services, parsed));
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
