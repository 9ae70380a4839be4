/** The compiled kernels of this process, or the plain ones and why. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../core/errors';
import { compiledKernels, importsOf, plainKernels, scratchFloatsOf } from '../../core/kernels/kernels';
import type { Kernels } from '../../core/kernels/kernels';
import { withoutSimd } from './simd';
import { fileDamaged, fileMissing, noAddresses } from './words';

/** Where what is built lies: beside the bundle, or in dist/ when run from sources. */
export const folders = [__dirname, join(__dirname, '../../../dist')];

/** Best first: multiplication and addition in one is for Node 22 and later. */
const builds = [
  { kind: 'wasm-relaxed', suffix: '-relaxed' },
  { kind: 'wasm', suffix: '' },
] as const;

const everyKind: readonly string[] = builds.map(({ kind }) => kind);

type Compiled =
  | { kind: (typeof builds)[number]['kind']; module: WebAssembly.Module; reason?: undefined }
  | { kind?: undefined; module?: undefined; reason: string };

/** The best build of a module of the kernels that this Node takes, or why there is none. */
export function compiledModule(name: 'kernels' | 'heap-kernels', kinds = everyKind): Compiled {
  const without = withoutSimd();
  if (without !== undefined) return { reason: without };
  let reason = fileMissing(`${name}.wasm`, folders);
  for (const { kind, suffix } of builds.filter((build) => kinds.includes(build.kind))) {
    const path = folders.map((folder) => join(folder, `${name}${suffix}.wasm`)).find(existsSync);
    if (path === undefined) continue;
    const binary = readFileSync(path);
    if (WebAssembly.validate(binary)) return { kind, module: new WebAssembly.Module(binary) };
    // One with relaxed SIMD may just be too new for this Node.
    if (kind === 'wasm') reason = fileDamaged(path);
  }
  return { reason };
}

/** What a thread needs to compute on the same arrays. */
export interface LoadedModule {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  /** Floats that an instance of the module packs into. */
  scratchFloats: number;
}

export interface LoadedKernels {
  kernels: Kernels;
  /** Nothing for the plain ones, which have no threads. */
  loaded?: LoadedModule;
  /** Why the kernels are plain. */
  reason?: string;
}

/** 4 GiB of addresses, of which what is used is taken. Where there are not as many V8 itself tries fewer. */
function sharedMemory(): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: 16, maximum: 65536, shared: true });
  } catch (error) {
    throw new Error(noAddresses(messageOf(error)), { cause: error });
  }
}

/** `kinds`: which builds may be taken. Never throws: the plain kernels always work. */
export function loadKernels(kinds = everyKind): LoadedKernels {
  try {
    const { kind, module, reason } = compiledModule('kernels', kinds);
    if (!module) return { kernels: plainKernels(), reason };
    const memory = sharedMemory();
    const { exports } = new WebAssembly.Instance(module, importsOf(memory));
    const kernels = compiledKernels(kind, exports, memory);
    return { kernels, loaded: { module, memory, scratchFloats: scratchFloatsOf(exports) } };
  } catch (error) {
    return { kernels: plainKernels(), reason: messageOf(error) };
  }
}
