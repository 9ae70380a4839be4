/** The folder of `npm run bench:gpu`: a bench with all that it needs beside it. */
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, say } from './process.mjs';

export const benchPlatform = 'linux-x64';

/** The Vulkan loader, which has no dependencies but libc: of the system, or of Debian's chromium. */
const loaders = [
  '/usr/lib/x86_64-linux-gnu/libvulkan.so.1',
  '/usr/lib64/libvulkan.so.1',
  '/usr/lib/chromium/libvulkan.so.1',
];

const launcher = `#!/bin/sh
# ./run.sh [--seconds N] [--only mlp-7,cnn,resnet-20] [--small] [--software] [--json FILE]
here=$(cd "$(dirname "$0")" && pwd)
node="$here/node"
[ -x "$node" ] || node=$(command -v node) || { echo "There is no Node here. Install Node 20 or newer." >&2; exit 1; }
# Where containers put NVIDIA's libraries.
for folder in /usr/local/nvidia/lib64 /usr/local/nvidia/lib; do
  [ -d "$folder" ] && export LD_LIBRARY_PATH="$folder\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
done
exec "$node" "$here/bench.cjs" "$@"
`;

/**
 * What the engine looks for beside its bundle: the WebAssembly of TensorFlow.js and our own, and the bundle of the threads.
 * @param {string} dist Where it was built. @param {string} folder
 */
export const copyBeside = (dist, folder) => {
  const files = readdirSync(dist).filter((file) => file.endsWith('.wasm') || file === 'kernel-worker.js');
  for (const file of files) copyFileSync(join(dist, file), join(folder, file));
};

/** @param {string} folder @param {string} dist */
const bundle = async (folder, dist) => {
  const { build } = await import('esbuild');
  await build({
    entryPoints: [join(root, 'test/bench/gpu.ts')],
    bundle: true,
    minify: true,
    keepNames: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    mainFields: ['module', 'main'],
    outfile: join(folder, 'bench.cjs'),
    logLevel: 'warning',
  });
  copyBeside(dist, folder);
};

/** Dawn for one platform, and the loader beside it, where the engine looks for it. @param {string} folder */
const copyDawn = (folder) => {
  const from = join(root, 'node_modules/webgpu');
  const to = join(folder, 'node_modules/webgpu');
  mkdirSync(join(to, 'dist'), { recursive: true });
  for (const file of ['package.json', 'index.js', 'LICENSE.md']) copyFileSync(join(from, file), join(to, file));
  cpSync(join(from, 'dist', benchPlatform), join(to, 'dist', benchPlatform), { recursive: true });
  const loader = loaders.find((file) => existsSync(file));
  if (loader) copyFileSync(loader, join(to, 'libvulkan.so.1'));
  else say('Without a Vulkan loader, since there is none here: the other machine needs libvulkan1.');
};

/**
 * Makes it, in a folder that is there and empty.
 * @param {string} folder
 * @param {string} dist What was built.
 * @param {string} [node] A Node to take along.
 */
export const makeBenchFolder = async (folder, dist, node) => {
  await bundle(folder, dist);
  copyDawn(folder);
  if (node !== undefined) copyFileSync(node, join(folder, 'node'));
  writeFileSync(join(folder, 'run.sh'), launcher);
  chmodSync(join(folder, 'run.sh'), 0o755);
};
