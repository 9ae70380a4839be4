/** Where TensorFlow.js's WebAssembly files are: beside the bundle, or in the package when run from sources. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { wasmFilesMissing } from '../errors';

const probe = 'tfjs-backend-wasm.wasm';

/** The folder, with a separator at its end as `setWasmPaths` wants it. @throws SparseError `engine.wasm-files-missing` */
export function wasmFolder(beside: string = __dirname): string {
  const folders = [beside];
  try {
    folders.push(dirname(createRequire(join(beside, 'engine.js')).resolve('@tensorflow/tfjs-backend-wasm')));
  } catch {
    // An installed Sparsescope has no node_modules: the files beside the bundle are the only ones.
  }
  const found = folders.find((folder) => existsSync(join(folder, probe)));
  if (found === undefined) throw wasmFilesMissing(folders);
  return found + sep;
}
