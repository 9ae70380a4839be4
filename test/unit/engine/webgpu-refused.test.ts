/** Why there is no GPU, in one sentence each; every case looks anew. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Availability } from '../../../src/engine/backends/backend';
import { whyNotLoaded } from '../../../src/engine/backends/webgpu/dawn';
import { leaveSoftwareGpu, noSoftwareGpu, useSoftwareGpu } from './software-gpu';

async function asked(): Promise<Availability> {
  vi.resetModules();
  return (await import('../../../src/engine/backends/webgpu')).webgpu.available();
}

describe('the webgpu backend is refused', () => {
  beforeEach(useSoftwareGpu);

  afterEach(leaveSoftwareGpu);

  it("in the editor's own Node", async () => {
    Object.defineProperty(process.versions, 'electron', { value: '37.0.0', configurable: true, enumerable: true });
    try {
      expect(await asked()).toEqual({
        ok: false,
        reason: expect.stringMatching(/own Node.*Set sparsescope\.node/) as string,
      });
    } finally {
      Reflect.deleteProperty(process.versions, 'electron');
    }
  });

  it.runIf(process.platform === 'linux')('where the Vulkan loader is not, or is no library', async () => {
    for (const file of ['/nowhere/libvulkan.so.1', __filename]) {
      process.env['SPARSESCOPE_VULKAN'] = file;
      const { ok, reason } = await asked();
      expect(ok).toBe(false);
      expect(reason).toMatch(/^The Vulkan loader could not be loaded: .+\.$/);
      expect(reason).toContain(file);
    }
  });

  it.skipIf(noSoftwareGpu)(
    `where a processor imitates a GPU, unless it is asked for${noSoftwareGpu ? ` (${noSoftwareGpu})` : ''}`,
    async () => {
      delete process.env['SPARSESCOPE_SOFTWARE_GPU'];
      expect(await asked()).toEqual({
        ok: false,
        reason: expect.stringMatching(/^swiftshader.* imitates a GPU.*SPARSESCOPE_SOFTWARE_GPU=1/) as string,
      });
    },
  );

  it.skipIf(noSoftwareGpu)(`where no driver is listed${noSoftwareGpu ? ` (${noSoftwareGpu})` : ''}`, async () => {
    process.env['VK_ICD_FILENAMES'] = '/nowhere/icd.json';
    expect(await asked()).toEqual({ ok: false, reason: expect.stringMatching(/^No driver offers a GPU/) as string });
  });

  it('for what the linker misses, with the remedy', () => {
    const said = "/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.34' not found (required by /x/dawn.node)";
    expect(whyNotLoaded(said)).toMatch(/^Dawn needs glibc 2\.34, .*newer one, such as Debian 12/);
    expect(whyNotLoaded('libstdc++.so.6: cannot open shared object file: No such file or directory')).toMatch(
      /^Dawn needs libstdc\+\+\.so\.6, which is not installed/,
    );
    expect(whyNotLoaded('invalid ELF header\nmore')).toMatch(
      /^Dawn could not be loaded: invalid ELF header; install it again with .*install-gpu --engine webgpu\.$/,
    );
  });
});
