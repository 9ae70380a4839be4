/** Bundles for what runs outside of the tests: threads and processes. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

/** A folder of its own for them. */
export class Bundles {
  private constructor(readonly folder: string) {}

  static async open(): Promise<Bundles> {
    return new Bundles(await mkdtemp(join(tmpdir(), 'sparsescope-threads-')));
  }

  /** A bundle of TypeScript that imports from src/engine/kernels. */
  async of(name: string, contents: string): Promise<string> {
    const outfile = join(this.folder, name);
    const stdin = { contents, resolveDir: resolve('src/engine/kernels'), loader: 'ts' } as const;
    await build({ stdin, outfile, bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' });
    return outfile;
  }

  /** The script of the threads. */
  worker(): Promise<string> {
    return this.of('kernel-worker.js', `import './worker';`);
  }

  close(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}
