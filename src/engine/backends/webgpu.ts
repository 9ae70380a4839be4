/**
 * TensorFlow.js on any GPU that Vulkan, Metal or Direct3D 12 reaches, through Dawn. Values are read at once
 * (read-sync.ts), so the engine need not know. It is tried in a process of its own first, as a driver may end the
 * process it is in. A lost device shows when values are read: nothing else asks the GPU for an answer.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { messageOf } from '../../core/errors';
import { patience, probeOnce } from '../../gpu/probe';
import type { Probed } from '../../gpu/probe';
import type { CallContext } from '../../protocol/rpc';
import { backendUnavailable, words as engineWords } from '../errors';
import { BackendLost } from './backend';
import type { Backend } from './backend';
import { quietTensorFlow } from './quiet';
import { installAddN } from './webgpu/add-n';
import { dawnFile, findGpu, forgetGpu, nameOf } from './webgpu/dawn';
import type { Adapter } from './webgpu/dawn';
import { installGpuKernels } from './webgpu/kernels';
import { readBuffer } from './webgpu/read-sync';
import { words } from './webgpu/words';

const name = 'webgpu';

/** The one in use: what it is called, and what went wrong with it. */
let current: { device: string; lost?: BackendLost } | undefined;

/** The largest of each, as TensorFlow.js asks for them. */
const limits = [
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
] as const;

const gibibytes = (bytes: number): string => `${Number((bytes / 2 ** 30).toPrecision(3))} GiB`;

const described = (adapter: Adapter): string =>
  words.device(nameOf(adapter), gibibytes(adapter.limits.maxStorageBufferBindingSize));

async function deviceOf(adapter: Adapter, told: { lost?: BackendLost }): Promise<GPUDevice> {
  const requiredLimits = Object.fromEntries(limits.map((limit) => [limit, adapter.limits[limit]]));
  const device = await adapter.requestDevice({ requiredLimits });
  void device.lost.then(({ message }) => (told.lost ??= new BackendLost(name, words.lost(message))));
  // What an operation was refused for: its result would be wrong values, and nobody would know.
  device.onuncapturederror = ({ error }) => (told.lost ??= new BackendLost(name, words.refused(error.message)));
  return device;
}

/** TensorFlow.js's reading by a canvas replaced, on this one backend. */
function readAtOnce(backend: WebGPUBackend, told: { lost?: BackendLost }): void {
  const readSync = backend.readSync.bind(backend);
  backend.readSync = (dataId) => {
    const data = backend.tensorMap.get(dataId);
    // Values that are here already, and complex ones, whose two parts are read by this function again.
    if ((data.values as unknown) || !(data.resource instanceof GPUBuffer)) return readSync(dataId);
    const bytes = readBuffer(backend, data.resource);
    if (told.lost) throw told.lost;
    if (!bytes) throw (told.lost = new BackendLost(name, words.silent));
    data.values = tf.util.convertBackendValuesAndArrayBuffer(bytes, data.dtype);
    return data.values;
  };
}

async function makeBackend(adapter: Adapter): Promise<void> {
  const told: NonNullable<typeof current> = { device: described(adapter) };
  const device = await deviceOf(adapter, told).catch((error: unknown) => {
    throw backendUnavailable(name, words.noDevice(nameOf(adapter), messageOf(error)));
  });
  // Late: 400 kB of shaders, which only this backend needs, and it looks for a GPU when it is loaded.
  const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu');
  tf.removeBackend(name);
  tf.registerBackend(name, () => {
    const backend = new WebGPUBackend(device, adapter.info);
    readAtOnce(backend, told);
    return backend;
  });
  installAddN(name);
  installGpuKernels(name);
  current = told;
}

const probe = probeOnce();

/** Where there is a bundle to start a process from and something to be tried. */
async function look(context: CallContext | undefined): Promise<Probed> {
  const modulePath = join(__dirname, 'engine.js');
  const file = process.versions['electron'] === undefined && existsSync(modulePath) ? dawnFile() : undefined;
  if (file === undefined) return {};
  context?.progress(engineWords.trying(name));
  const { start: limit } = patience;
  return probe({ id: name, packageFolder: dirname(file), modulePath, limit, signal: context?.signal });
}

export const webgpu: Backend = {
  name,
  costly: true,
  available: async (context) => {
    const { problem } = await look(context);
    if (problem !== undefined) return { ok: false, reason: problem };
    const { adapter, why } = await findGpu();
    return adapter ? { ok: true, reason: words.through(process.platform) } : { ok: false, reason: why };
  },
  start: async () => {
    quietTensorFlow();
    if (current?.lost) {
      forgetGpu();
      current = undefined;
    }
    if (!current) {
      const { adapter, why } = await findGpu();
      if (!adapter) throw backendUnavailable(name, why);
      await makeBackend(adapter);
    }
    await tf.setBackend(name);
    return { version: tf.version.tfjs, device: { name: current!.device } };
  },
  lost: () => current?.lost,
};
