/**
 * Dawn, Chromium's WebGPU, as the npm package `webgpu` brings it for Node. It is no part of the extension (its binaries
 * are 20 MB a platform): it is taken from `webgpu/node_modules` in the folder of the GPU engines
 * (SPARSESCOPE_GPU_ENGINES, else the command line's own), else from where the program itself finds packages.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf } from '../../../core/errors';
import { gpuFolder, worksOn } from '../../../gpu/engines';
import { watchImmediates } from './read-sync';
import { loadVulkan, nameDrivers } from './vulkan';
import { words } from './words';

/** The types of TensorFlow.js are of before it told about itself at once. */
export type Adapter = GPUAdapter & { info: GPUAdapterInfo };

interface Gpu {
  requestAdapter(options: GPURequestAdapterOptions): Promise<Adapter | null>;
}

/** What of the package is used. */
interface Dawn {
  create(options: string[]): Gpu;
  globals: object;
}

/** A GPU that can be used, or a sentence why there is none. */
export type Found = { adapter: Adapter; why?: undefined } | { adapter?: undefined; why: string };

let only: string | undefined;

/** From now on that package alone: one that is being installed is not in its place yet. */
export const takeDawnOf = (packageFolder: string): void => {
  only = packageFolder;
};

const engineFolder = (): string => join(gpuFolder(), 'webgpu');

/** The package's own file, wherever it is. */
export function dawnFile(): string | undefined {
  for (const folder of only === undefined ? [engineFolder(), __dirname] : [only])
    try {
      return createRequire(join(folder, 'engine.js')).resolve('webgpu');
    } catch {
      // Not there: the next place, and in the end the sentence that it is nowhere.
    }
  return undefined;
}

const platformName = `${process.platform}-${process.platform === 'darwin' ? 'universal' : process.arch}`;

/** What the system's linker says, as a sentence with the remedy. */
export function whyNotLoaded(said: string): string {
  const version = /version `?((?:GLIBC|GLIBCXX|CXXABI)_[\d.]+)' not found/.exec(said);
  if (version) return words.oldLibrary(version[1].replace('GLIBC_', 'glibc '));
  const library = /(\S+\.so[.\d]*): cannot open shared object file/.exec(said);
  return library ? words.missingLibrary(library[1]) : words.notLoaded(said.split('\n')[0]);
}

async function load(): Promise<Dawn | string> {
  if (process.versions['electron'] !== undefined) return words.electron;
  const file = dawnFile();
  if (file === undefined) return words.noDawn;
  const folder = dirname(file);
  if (!existsSync(join(folder, 'dist', platformName)))
    return (worksOn('webgpu') ? words.binaryMissing : words.noBinary)(platformName);
  // Before Dawn, which says on stderr what it does not find.
  const why = process.platform === 'linux' ? loadVulkan(folder) : undefined;
  if (why !== undefined) return why;
  try {
    return (await import(pathToFileURL(file).href)) as Dawn;
  } catch (error) {
    return whyNotLoaded(messageOf(error));
  }
}

const isSoftware = ({ info }: Adapter): boolean =>
  /software|swiftshader|llvmpipe|lavapipe|basic render/i.test(
    `${info.architecture} ${info.device} ${info.description}`,
  );

/** Kept: without a reference to it Dawn ends, and with it the work of its devices. */
let dawnGpu: Gpu | undefined;

async function request(dawn: Dawn): Promise<Adapter | null> {
  dawnGpu = dawn.create([]);
  return dawnGpu.requestAdapter({ powerPreference: 'high-performance' });
}

async function find(): Promise<Found> {
  const dawn = await load();
  if (typeof dawn === 'string') return { why: dawn };
  watchImmediates();
  // GPUBuffer and the like, which TensorFlow.js expects as a browser has them.
  Object.assign(globalThis, dawn.globals);
  let adapter = await request(dawn);
  const named = process.platform === 'linux' && (!adapter || isSoftware(adapter)) && (await nameDrivers());
  if (named) adapter = (await request(dawn)) ?? adapter;
  if (!adapter) return { why: words.noAdapter(process.platform) };
  if (isSoftware(adapter) && process.env['SPARSESCOPE_SOFTWARE_GPU'] !== '1')
    return { why: words.software(nameOf(adapter)) };
  // TensorFlow.js looks for it before it makes a backend. Node 20 has no navigator, later ones have one without.
  const { navigator = {} } = globalThis as { navigator?: object };
  Object.defineProperty(navigator, 'gpu', { value: dawnGpu, configurable: true });
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
  return { adapter };
}

let found: Promise<Found> | undefined;

/** Looks once a process: drivers do not come and go, and some do not bear being started twice. */
export const findGpu = (): Promise<Found> => (found ??= find());

/** An adapter gives one device: for a second one, after the first was lost, look again. */
export const forgetGpu = (): void => {
  found = undefined;
};

/** As the driver names it, in the lower case that WebGPU gives it, with what it says of itself. */
export function nameOf({ info: { device, vendor, description } }: Adapter): string {
  const name = device.replace(/-+$/, '') || vendor;
  return description ? `${name} (${description})` : name;
}
