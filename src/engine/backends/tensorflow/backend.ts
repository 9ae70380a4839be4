/**
 * TensorFlow for Node, on a CUDA card or on the processor: taken where its package is installed and does a real
 * operation.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { messageOf } from '../../../core/errors';
import { gpuEngines, gpuFolder, packageIn, worksOn } from '../../../gpu/engines';
import type { TensorflowId } from '../../../gpu/engines';
import { patience, probeOnce } from '../../../gpu/probe';
import type { Probed } from '../../../gpu/probe';
import { failedWord, notForSystem, notInstalled, otherLoaded } from '../../../gpu/words';
import type { CallContext } from '../../../protocol/rpc';
import { backendUnavailable, words } from '../../errors';
import { BackendLost } from '../backend';
import type { Backend } from '../backend';
import { installOwnKernels } from '../install';
import { load, nodeBackendName, nodeMemory, tryOut } from './load';
import type { Loaded } from './load';

/** In the folder of GPU engines, else among the packages beside the program. */
function findPackage(id: TensorflowId, beside: string = __dirname): string | undefined {
  const installed = packageIn(join(gpuFolder(), id), id);
  if (existsSync(join(installed, 'package.json'))) return installed;
  try {
    return dirname(createRequire(join(beside, 'engine.js')).resolve(`${gpuEngines[id].packageName}/package.json`));
  } catch {
    return undefined;
  }
}

/** Both packages are one backend to TensorFlow.js: a process can hold one of them. */
let loaded: ({ id: TensorflowId } & Loaded) | undefined;

/**
 * What an operation of a library that has failed throws: memory that is full, a card that is gone, a kernel it does not
 * have.
 */
const failedOperation = /^Invalid TF_Status: \d+/;

export function tensorflowBackend(id: TensorflowId): Backend {
  const { backend: name } = gpuEngines[id];
  const probe = probeOnce();

  /** In a process of its own where there is a bundle to start one from. */
  const look = async (packageFolder: string, context?: CallContext): Promise<Probed> => {
    const modulePath = join(__dirname, 'engine.js');
    if (!existsSync(modulePath)) return {};
    context?.progress(words.trying(name));
    return probe({ id, packageFolder, modulePath, limit: patience.start, signal: context?.signal });
  };

  return {
    name,
    costly: true,
    available: async (context) => {
      const packageFolder = findPackage(id);
      if (packageFolder === undefined)
        return { ok: false, reason: worksOn(id) ? notInstalled : notForSystem(`${process.platform} ${process.arch}`) };
      if (loaded && loaded.id !== id) return { ok: false, reason: otherLoaded(gpuEngines[loaded.id].backend) };
      const { problem, version } = await look(packageFolder, context);
      return problem === undefined ? { ok: true, reason: words.tensorflow(version) } : { ok: false, reason: problem };
    },
    start: async () => {
      const packageFolder = findPackage(id);
      if (packageFolder === undefined) throw backendUnavailable(name, notInstalled);
      const { problem, device } = await look(packageFolder);
      if (problem !== undefined) throw backendUnavailable(name, problem);
      if (loaded && loaded.id !== id) throw backendUnavailable(name, otherLoaded(gpuEngines[loaded.id].backend));
      try {
        loaded ??= { id, ...load(packageFolder) };
        await tf.setBackend(nodeBackendName);
        installOwnKernels(nodeBackendName, nodeMemory);
        tryOut();
      } catch (error) {
        throw backendUnavailable(name, failedWord(messageOf(error)));
      }
      if (id === 'tfjs-node-gpu' && !loaded.gpu) throw backendUnavailable(name, failedWord('no GPU'));
      return { version: loaded.version, ...(device && { device }) };
    },
    lost: (error) =>
      failedOperation.test(messageOf(error)) ? new BackendLost(name, failedWord(messageOf(error))) : undefined,
  };
}
