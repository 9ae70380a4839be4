/** The GPU that tests compute on: SwiftShader, a processor that imitates one, which Debian's chromium brings with it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const folder = '/usr/lib/chromium';
const [loader, driver] = ['libvulkan.so.1', 'vk_swiftshader_icd.json'].map((file) => join(folder, file));

/** Why there is none here; undefined where there is. */
export const noSoftwareGpu: string | undefined = [loader, driver].every((file) => existsSync(file))
  ? undefined
  : `no SwiftShader in ${folder}: install Debian's chromium`;

const before = {
  SPARSESCOPE_VULKAN: process.env['SPARSESCOPE_VULKAN'],
  VK_ICD_FILENAMES: process.env['VK_ICD_FILENAMES'],
  SPARSESCOPE_SOFTWARE_GPU: process.env['SPARSESCOPE_SOFTWARE_GPU'],
};

/** For this process, and those it starts. */
export const useSoftwareGpu = (): void =>
  void Object.assign(process.env, {
    SPARSESCOPE_VULKAN: loader,
    VK_ICD_FILENAMES: driver,
    SPARSESCOPE_SOFTWARE_GPU: '1',
  });

/** As it was before; Dawn keeps what it has found. */
export function leaveSoftwareGpu(): void {
  for (const [name, value] of Object.entries(before))
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
}
