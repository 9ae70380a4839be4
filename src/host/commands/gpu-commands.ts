/** Installs and removes GPU engines, in the extension's own folder. */
import * as vscode from 'vscode';
import { gpuEngineIds, gpuEngines, gpuFolder, worksOn } from '../../gpu/engines';
import type { GpuEngineId } from '../../gpu/engines';
import { leftoversRemoved } from '../../gpu/errors';
import { clearLeftovers, install, installedEngines, removeEngine } from '../../gpu/install';
import type { Installed } from '../../gpu/install';
import { findNpm } from '../../gpu/node';
import { backendTitle } from '../../protocol/words';
import { chosenNode } from '../engine-node';
import type { Services } from '../services';
import { setting } from '../settings';
import { words } from '../words';
import { inform } from './register';
import { needTrust } from './run-commands';

const chooseEngine = async (): Promise<GpuEngineId | undefined> => {
  const items = gpuEngineIds
    .filter((id) => worksOn(id))
    .map((id) => ({ label: gpuEngines[id].packageName, detail: words.gpuEngineDetail[id](), id }));
  return (await vscode.window.showQuickPick(items, { placeHolder: words.pickGpuEngine() }))?.id;
};

/** The folder of GPU engines, without what an installation left that was cut off, which is told. */
const clearedFolder = async ({ report }: Services): Promise<string> => {
  const root = gpuFolder();
  const left = await clearLeftovers(root);
  if (left > 0) inform(leftoversRemoved(left), report);
  return root;
};

/** npm is a person's own program, and runs scripts: only where the workspace is trusted. */
export const installGpuEngine = async (services: Services, given?: GpuEngineId): Promise<string | undefined> => {
  needTrust();
  const npm = findNpm(setting('sparsescope.node'));
  const id = given ?? (await chooseEngine());
  if (id === undefined) return undefined;
  const root = await clearedFolder(services);
  const { packageName, backend } = gpuEngines[id];
  // The one that engines run on. Electron's refuses what Dawn needs: there it is tried out with the one that has npm.
  const { node } = chosenNode();
  const electron = process.versions['electron'] !== undefined;
  const other = node ?? (id === 'webgpu' && electron ? npm.node : undefined);
  const modulePath = vscode.Uri.joinPath(services.context.extensionUri, 'dist', 'engine.js').fsPath;
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: words.installingGpu(packageName),
    cancellable: true,
  };
  const installed = await vscode.window.withProgress(
    options,
    async (progress, token): Promise<Installed | undefined> => {
      const controller = new AbortController();
      token.onCancellationRequested(() => controller.abort());
      const tell = (message: string): void => {
        services.log.info(message);
        progress.report({ message });
      };
      return services.installations.run(controller.signal, async (signal) => {
        try {
          return await install({
            ...{ id, root, npm, modulePath, signal, progress: tell },
            ...(other !== undefined && { node: other }),
          });
        } catch (error) {
          // Nothing is left of it, as was wanted.
          if (signal.aborted) return undefined;
          throw error;
        }
      });
    },
  );
  if (!installed) return undefined;
  const { device } = installed;
  const told = [words.gpuInstalled(packageName, backendTitle({ name: backend, ...(device && { device }) }))];
  if (other !== undefined && node === undefined) told.push(words.gpuNeedsNode(other));
  inform(told.join(' '), services.report);
  services.engine.restartWhenIdle();
  return packageName;
};

/** The engine may hold its files open: it is started again without them. */
export const removeGpuEngine = async (services: Services): Promise<string[]> => {
  needTrust();
  const root = await clearedFolder(services);
  const installed = installedEngines(root);
  for (const id of installed) await removeEngine(root, id);
  const names = installed.map((id) => gpuEngines[id].packageName);
  inform(names.length === 0 ? words.noGpuEngine() : words.gpuRemoved(names.join(', ')), services.report);
  if (names.length > 0) services.engine.restartWhenIdle();
  return names;
};
