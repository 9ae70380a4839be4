/** Compiles src/core/kernels/assembly (AssemblyScript) to WebAssembly under dist/. */
import { main as compileAssembly } from 'assemblyscript/asc';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const sources = join(root, 'src/core/kernels/assembly');
const output = join(root, 'dist');
const stamp = join(output, '.kernels');

const common = ['--runtime', 'stub', '-O3', '--noAssert', '--converge', '--importMemory', '--noExportMemory'];

/**
 * What each module exports, and into which memory, the caller's: one that is shared, so that threads work on the same arrays (65536 pages are
 * 4 GiB, what 32 bits reach), or that of TensorFlow.js, which is not.
 */
const modules = [
  {
    name: 'kernels',
    options: [
      ...['index.ts', ...common, '--enable', 'simd,threads'],
      ...['--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'],
    ],
  },
  { name: 'heap-kernels', options: ['heap.ts', ...common, '--enable', 'simd', '--initialMemory', '1'] },
];

/** The same sources twice: with multiplications and additions in one where the processor and Node can. */
const variants = [
  { suffix: '', more: ['--use', 'RELAXED=0'] },
  { suffix: '-relaxed', more: ['--enable', 'relaxed-simd', '--use', 'RELAXED=1'] },
];

const sourceHash = () => {
  const hash = createHash('sha256').update(JSON.stringify([modules, variants]));
  for (const name of readdirSync(sources).sort()) hash.update(`${name}\0`).update(readFileSync(join(sources, name)));
  return hash.digest('hex');
};

/** @param {string[]} options @returns {Promise<Uint8Array>} */
const compile = async (options) => {
  /** @type {Uint8Array | undefined} */
  let binary;
  const { error, stderr } = await compileAssembly([...options, '--outFile', 'kernels.wasm'], {
    readFile: (name, base) => {
      const path = join(base ?? '', name);
      return existsSync(join(sources, path)) ? readFileSync(join(sources, path), 'utf8') : null;
    },
    writeFile: (_, contents) => {
      if (typeof contents !== 'string') binary = contents;
    },
    listFiles: () => [],
  });
  if (error || !binary) throw new Error(`The kernels do not compile.\n${stderr.toString()}`);
  return binary;
};

/** Compiles them unless that has been done for these very sources. */
export const ensureKernels = async () => {
  const hash = sourceHash();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  mkdirSync(output, { recursive: true });
  for (const { name, options } of modules)
    for (const { suffix, more } of variants)
      writeFileSync(join(output, `${name}${suffix}.wasm`), await compile([...options, ...more]));
  writeFileSync(stamp, hash);
};
