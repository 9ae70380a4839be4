/**
 * The GPU engines that may be installed beside Sparsescope, and where: what the engine, the extension and the command
 * line share.
 */
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * The last version there is of both packages of TensorFlow, the one of the TensorFlow.js that Sparsescope is built
 * with.
 */
const tensorflowVersion = '4.22.0';

export const gpuEngines = {
  /** CUDA 11.2. */
  'tfjs-node-gpu': {
    packageName: '@tensorflow/tfjs-node-gpu',
    version: tensorflowVersion,
    backend: 'tensorflow-gpu',
    /** What `process.platform` and `process.arch` say of the systems it works on. */
    systems: ['linux-x64', 'win32-x64'],
  },
  /** Dawn: a GPU of any make. Its builds for every system come in the package: nothing is compiled, no script runs. */
  webgpu: {
    packageName: 'webgpu',
    version: '0.6.2',
    backend: 'webgpu',
    systems: ['linux-x64', 'linux-arm64', 'win32-x64', 'win32-arm64', 'darwin-x64', 'darwin-arm64'],
  },
  /** TensorFlow on the processor. */
  'tfjs-node': {
    packageName: '@tensorflow/tfjs-node',
    version: tensorflowVersion,
    backend: 'tensorflow',
    systems: ['linux-x64', 'win32-x64', 'darwin-x64'],
  },
} as const;

export type GpuEngineId = keyof typeof gpuEngines;

/** Those whose package is TensorFlow with an addon for Node. */
export type TensorflowId = Exclude<GpuEngineId, 'webgpu'>;

export const gpuEngineIds = Object.keys(gpuEngines) as GpuEngineId[];

/** Names the folder of GPU engines to the engine process: that of the extension, which starts it. */
export const gpuFolderVariable = 'SPARSESCOPE_GPU_ENGINES';

/** Where programs of this person keep what they fetched, as each system has it. */
const dataFolder = (environment: NodeJS.ProcessEnv, platform: NodeJS.Platform): string => {
  if (platform === 'win32') return environment['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support');
  return environment['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share');
};

/** The folder that holds one folder for each installed engine: the one that was named, else the command line's own. */
export const gpuFolder = (environment: NodeJS.ProcessEnv = process.env, platform = process.platform): string =>
  environment[gpuFolderVariable] ?? join(dataFolder(environment, platform), 'sparsescope', 'gpu-engines');

/** Where the package lies in a folder that npm installed into. */
export const packageIn = (folder: string, id: GpuEngineId): string =>
  join(folder, 'node_modules', ...gpuEngines[id].packageName.split('/'));

export const worksOn = (id: GpuEngineId, platform = process.platform, arch = process.arch): boolean =>
  (gpuEngines[id].systems as readonly string[]).includes(`${platform}-${arch}`);
