/** The folder that `npm run bench:gpu` makes, run as on another machine, with a GPU that a processor imitates or with none. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { benchPlatform, makeBenchFolder } from '../../../scripts/lib/bench-gpu.mjs';
import { bundle } from '../engine/bundle';
import { leaveSoftwareGpu, noSoftwareGpu, useSoftwareGpu } from '../engine/software-gpu';

describe.skipIf(`${process.platform}-${process.arch}` !== benchPlatform)('the folder for another machine', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sparsescope-bench-gpu-'));
    const built = await bundle();
    await makeBenchFolder(folder, built.folder);
    await built.remove();
  }, 60_000);
  afterAll(async () => {
    leaveSoftwareGpu();
    await rm(folder, { recursive: true, force: true });
  });

  const ran = (): { status: number | null; stdout: string; stderr: string } => {
    const PATH = [dirname(process.execPath), process.env['PATH']].join(delimiter);
    const args = ['--software', '--small', '--only', 'mlp-7', '--seconds', '0.1'];
    return spawnSync(join(folder, 'run.sh'), args, { encoding: 'utf8', env: { ...process.env, PATH } });
  };

  it('holds all that the engine looks for beside itself', async () => {
    expect(await readdir(folder)).toEqual(
      expect.arrayContaining([
        ...[
          'heap-kernels-relaxed.wasm',
          'heap-kernels.wasm',
          'kernel-worker.js',
          'kernels-relaxed.wasm',
          'kernels.wasm',
        ],
        ...['tfjs-backend-wasm-simd.wasm', 'tfjs-backend-wasm.wasm', 'bench.cjs', 'run.sh'],
      ]),
    );
  });

  it('computes with the kernels that a run has', () => {
    const { stdout } = ran();
    expect(stdout).toMatch(/^wasm .*, with SIMD$/m);
    expect(stdout).toMatch(/^sparse .*, WebAssembly with (relaxed )?SIMD/m);
  });

  it.skipIf(noSoftwareGpu !== undefined)(
    'trains on wasm, by kept weights alone and on a GPU to the same losses',
    () => {
      useSoftwareGpu();
      const { status, stdout, stderr } = ran();
      expect(stderr).toBe('');
      expect(stdout).toMatch(/^\| mlp-7 \| 8 \|/m);
      expect(status).toBe(0);
    },
  );
});
