/** The engine and the command line as they are shipped, built into a temporary folder: processes are tested as processes. */
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';

export interface Bundle {
  folder: string;
  engine: string;
  cli: string;
  /** One more beside them, of a program that imports from the root of the repository. */
  of(name: string, contents: string): Promise<string>;
  remove(): Promise<void>;
}

export async function bundle(): Promise<Bundle> {
  const folder = await mkdtemp(join(tmpdir(), 'sparsescope-bundle-'));
  await build({
    entryPoints: {
      engine: 'src/engine/main.ts',
      cli: 'src/cli/main.ts',
      'data-worker': 'src/engine/data/worker.ts',
      'kernel-worker': 'src/engine/kernels/worker.ts',
    },
    outdir: folder,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    mainFields: ['module', 'main'],
    keepNames: true,
    logLevel: 'error',
  });
  const wasm = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));
  for (const name of ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm'])
    await copyFile(join(wasm, name), join(folder, name));
  for (const name of ['kernels', 'heap-kernels'])
    for (const file of [`${name}.wasm`, `${name}-relaxed.wasm`]) await copyFile(join('dist', file), join(folder, file));
  // The page itself is tested where it is made.
  await writeFile(join(folder, 'report.js'), 'document.title += "</script>";');
  await writeFile(join(folder, 'report.css'), 'body { margin: 0 }');
  return {
    folder,
    engine: join(folder, 'engine.js'),
    cli: join(folder, 'cli.js'),
    of: async (name, contents) => {
      const outfile = join(folder, name);
      const stdin = { contents, resolveDir: resolve('.'), loader: 'ts' } as const;
      await build({ stdin, outfile, bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' });
      return outfile;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
