/** Every sentence about GPUs reached by WebGPU: why there is none, and what it is called where there is one. */
import { installAgain } from '../../../gpu/words';

const again = installAgain('webgpu');

export const words = {
  electron:
    "VS Code's own Node refuses the memory that a GPU driver hands over. Set sparsescope.node to a Node of your own (20 or newer).",
  noDawn:
    'Dawn (the npm package webgpu), which reaches the GPU, is not installed (Sparsescope: Install GPU Engine, or sparsescope install-gpu --engine webgpu).',
  noBinary: (platform: string) => `Dawn (the npm package webgpu) has no build for ${platform}.`,
  binaryMissing: (platform: string) => `Dawn (the npm package webgpu) lacks its build for ${platform}; ${again}.`,
  oldLibrary: (library: string) =>
    `Dawn needs ${library}, which this system does not have: it needs a newer one, such as Debian 12 or Ubuntu 22.04.`,
  missingLibrary: (library: string) => `Dawn needs ${library}, which is not installed. Install it with your system.`,
  notLoaded: (why: string) => `Dawn could not be loaded: ${why}; ${again}.`,
  noVulkan:
    'The Vulkan loader, libvulkan.so.1, is not installed. Install it with your system (Debian and Ubuntu: libvulkan1), or set SPARSESCOPE_VULKAN to its path.',
  brokenVulkan: (why: string) => `The Vulkan loader could not be loaded: ${why}.`,
  noAdapter: (platform: NodeJS.Platform) =>
    platform === 'linux'
      ? 'No driver offers a GPU through Vulkan. Install your GPU’s driver with its Vulkan part (an icd.d file).'
      : 'No driver offers a GPU. Install your GPU’s driver.',
  software: (device: string) =>
    `${device} is a processor that imitates a GPU, slower than wasm. Set SPARSESCOPE_SOFTWARE_GPU=1 to use it all the same.`,
  through: (platform: NodeJS.Platform) =>
    `through ${platform === 'darwin' ? 'Metal' : platform === 'win32' ? 'Direct3D 12' : 'Vulkan'}`,
  /** `most`: of one tensor. A GPU does not tell WebGPU how much memory it has. */
  device: (device: string, most: string) => `${device}, tensors up to ${most}`,
  noDevice: (device: string, why: string) => `The driver of ${device} gave no device: ${why}.`,
  silent: 'The GPU no longer answers.',
  /** `why`: the driver's own words. */
  lost: (why: string) => sentence(why || 'The driver gave no reason'),
  refused: (why: string) => `The GPU refused an operation. ${sentence(why)}`,
};

/** One line with a full stop, of what a driver says over several. */
const sentence = (text: string): string => {
  const line = text.trim().split('\n')[0].trim();
  return /[.!?]$/.test(line) ? line : `${line}.`;
};
