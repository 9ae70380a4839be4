/** What a config would share, from its text as the editor has it. */
import * as vscode from 'vscode';
import { scalesOf } from '../../config/initial-memory';
import type { ConfigSource } from '../../protocol/engine';
import type { SharingReport } from '../../protocol/sharing';
import { notPlanned, sharesNothing } from '../errors';
import { checkDocument, rootOf } from '../commands/run-commands';
import { checkedDocument } from '../language/document';
import type { CallContext } from '../../protocol/rpc';
import { staticReport } from '../../runs/sharing/report';
import { inSlices } from '../../runs/sharing/slices';
import type { Mapped, SharingSubject } from '../../runs/sharing/desk';
import { editConfig } from './edit-config';
import { mappedOf } from '../../runs/sharing/mapped';

interface Planned {
  source: ConfigSource;
  mapped: () => Mapped;
  report: (context: CallContext) => Promise<SharingReport>;
}

export const configSubject = (configPath: string): SharingSubject => {
  const uri = vscode.Uri.file(configPath);
  /** Refuses what is no config of shared weights before the engine is asked. */
  const planned = async (): Promise<Planned> => {
    const document = await vscode.workspace.openTextDocument(uri);
    checkDocument(document);
    const { config, plan } = checkedDocument(document);
    const mapping = plan?.sharing;
    const file = vscode.workspace.asRelativePath(uri);
    if (!config?.sharing) throw sharesNothing(file);
    if (!mapping) throw notPlanned(file);
    const { sharing: written } = config;
    return {
      source: { configPath, configText: document.getText(), root: rootOf(uri) },
      mapped: () => mappedOf(mapping, scalesOf(mapping, written)),
      report: (context) => inSlices(staticReport(config, plan), context),
    };
  };
  return {
    text: async () => (await vscode.workspace.openTextDocument(uri)).getText(),
    source: async () => (await planned()).source,
    mapped: async () => (await planned()).mapped(),
    report: async (context) => (await planned()).report(context),
    edit: (edits) => editConfig(uri, edits),
  };
};
