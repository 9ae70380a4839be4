/** Where TensorFlow.js's WebAssembly files are: beside the bundle, or in the package when run from sources. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { wasmFilesMissing } from '../errors';

const plainFile = 'tfjs-backend-wasm.wasm';
export const simdFile = 'tfjs-backend-wasm-simd.wasm';

interface WasmFiles {
  /** With a separator at its end as `setWasmPaths` wants it. */
  folder: string;
  /** Whether the one with SIMD is to be taken. */
  simd: boolean;
}

/** The best there is, `simd`: of a Node that has it. @throws SparseError `engine.wasm-files-missing` */
export function wasmFiles(simd: boolean, beside: string = __dirname): WasmFiles {
  const folders = [beside];
  try {
    folders.push(dirname(createRequire(join(beside, 'engine.js')).resolve('@tensorflow/tfjs-backend-wasm')));
  } catch {
    // An installed Sparsescope has no node_modules: the files beside the bundle are the only ones.
  }
  for (const file of simd ? [simdFile, plainFile] : [plainFile]) {
    const found = folders.find((folder) => existsSync(join(folder, file)));
    if (found !== undefined) return { folder: found + sep, simd: file === simdFile };
  }
  throw wasmFilesMissing(folders);
}
