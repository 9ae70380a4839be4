/**
 * The Vulkan loader and the list of drivers, on Linux. Dawn opens `libvulkan.so.1` by its name alone and says what is
 * wrong on stderr; a library that the process holds already is found by that name wherever it lies, so ours is opened
 * first.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../../../core/errors';
import { makeOwnFolder } from './own-folder';
import { words } from './words';

const name = 'libvulkan.so.1';

/** glibc's and musl's RTLD_NODELETE, which Node does not name: the library stays although it is no module of Node. */
const keep = 0x1000;

/** Loads a shared library for good. Answers what the system says against it. */
function open(path: string): string | undefined {
  try {
    process.dlopen({ exports: {} }, path, constants.dlopen.RTLD_LAZY | keep);
  } catch (error) {
    const said = messageOf(error);
    // A library that is no module of Node: loaded, and that is all that was wanted.
    return said.includes('did not self-register') ? undefined : said;
  }
  return undefined;
}

const missing = (said: string): boolean => said.includes('cannot open shared object file');

/**
 * The file that SPARSESCOPE_VULKAN names, else the system's, else one in `folder`. Answers a sentence why there is
 * none.
 */
export function loadVulkan(folder: string): string | undefined {
  const asked = process.env['SPARSESCOPE_VULKAN'];
  const beside = join(folder, name);
  const places = asked ? [asked] : [name, ...(existsSync(beside) ? [beside] : [])];
  const said = [];
  for (const place of places) {
    const why = open(place);
    if (why === undefined) return undefined;
    said.push(why);
  }
  const broken = said.find((why) => asked !== undefined || !missing(why));
  return broken === undefined ? words.noVulkan : words.brokenVulkan(broken);
}

/** Where a driver's description lies in containers, beyond the places the loader knows. */
const elsewhere = [
  '/usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json',
  '/opt/amdgpu/etc/vulkan/icd.d/amd_icd64.json',
];

/** NVIDIA's drivers speak Vulkan by either; the second needs no libraries of X11. */
const nvidia = ['libGLX_nvidia.so.0', 'libEGL_nvidia.so.0'];

/**
 * Where the loader finds no driver by itself (a container often has the libraries and not the file that lists them),
 * names those that are there. Answers whether there are any; each is tried at the next start of Vulkan.
 */
export async function nameDrivers(): Promise<boolean> {
  if (process.env['VK_DRIVER_FILES'] || process.env['VK_ICD_FILENAMES']) return false;
  const files = elsewhere.filter((file) => existsSync(file));
  const library = nvidia.find((candidate) => open(candidate) === undefined);
  if (files.length === 0 && library !== undefined) {
    // For as long as the process: Vulkan is started again when a device was lost.
    const file = join(await makeOwnFolder(), 'nvidia_icd.json');
    const ICD = { library_path: library, api_version: '1.3.0' };
    writeFileSync(file, JSON.stringify({ file_format_version: '1.0.0', ICD }));
    files.push(file);
  }
  if (files.length === 0) return false;
  // The older name too: a loader of before 2022 knows only that one.
  process.env['VK_DRIVER_FILES'] = process.env['VK_ICD_FILENAMES'] = files.join(':');
  return true;
}
