/**
 * `sparsescope install-gpu` and `remove-gpu`: a GPU engine for this person, in the folder that the command line looks
 * into.
 */
import { join } from 'node:path';
import { gpuEngines, gpuFolder } from '../../gpu/engines';
import type { GpuEngineId } from '../../gpu/engines';
import { clearLeftovers, install, installedEngines, removeEngine } from '../../gpu/install';
import { leftoversRemoved } from '../../gpu/errors';
import { findNpm } from '../../gpu/node';
import { warningLine, exitCode } from '../errors';
import type { ExitCode } from '../errors';
import { interruptible } from '../interrupt';
import type { Output } from '../output';
import { printJson } from '../output';
import { gpuInstalledText, gpuRemovedText } from '../words';

export interface GpuOptions {
  engine: GpuEngineId;
  node?: string;
  json?: boolean;
}

/** The folder of GPU engines, without what an installation left that was cut off, which is told. */
async function clearedFolder(output: Output): Promise<string> {
  const root = gpuFolder();
  const left = await clearLeftovers(root);
  if (left > 0) output.err(warningLine(leftoversRemoved(left)));
  return root;
}

export async function installGpu({ engine, node = '', json }: GpuOptions, output: Output): Promise<ExitCode> {
  const npm = findNpm(node, process.env, process.execPath, 'the option --node');
  const root = await clearedFolder(output);
  const { folder, version, device } = await interruptible(output, (signal) =>
    install({
      id: engine,
      root,
      npm,
      modulePath: join(__dirname, 'engine.js'),
      signal,
      progress: (message) => output.progress(message),
    }),
  );
  output.progress(undefined);
  const { packageName, backend } = gpuEngines[engine];
  if (json) printJson(output, 'install-gpu', { ok: true, package: packageName, backend, version, device, folder });
  else output.out(gpuInstalledText(packageName, folder, { name: backend, ...(device && { device }) }));
  return exitCode.ok;
}

export async function removeGpu({ json }: { json?: boolean }, output: Output): Promise<ExitCode> {
  const root = await clearedFolder(output);
  const installed = installedEngines(root);
  for (const id of installed) await removeEngine(root, id);
  const removed = installed.map((id) => gpuEngines[id].packageName);
  if (json) printJson(output, 'remove-gpu', { ok: true, removed });
  else output.out(gpuRemovedText(removed, root));
  return exitCode.ok;
}
