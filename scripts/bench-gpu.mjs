/**
 * npm run bench:gpu [-- --without-node]: makes .host/bench-gpu, a folder that needs nothing else on x86-64 Linux with glibc
 * 2.34 and a GPU's driver, and bench-gpu.tar.gz of it; then runs it here. `run.sh` in it prints the table there.
 */
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Failure, capture, hostDirectory, root, run, say, start } from './lib/process.mjs';
import { checkNode, ensureModules } from './lib/setup.mjs';

const require = createRequire(import.meta.url);
const name = 'bench-gpu';
const platform = 'linux-x64';

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

/** @param {string} folder */
const bundle = async (folder) => {
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
  const wasm = dirname(require.resolve('@tensorflow/tfjs-backend-wasm'));
  for (const file of ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm'])
    copyFileSync(join(wasm, file), join(folder, file));
};

/** Dawn for one platform, and the loader beside it, where the engine looks for it. @param {string} folder */
const copyDawn = (folder) => {
  const from = join(root, 'node_modules/webgpu');
  const to = join(folder, 'node_modules/webgpu');
  mkdirSync(join(to, 'dist'), { recursive: true });
  for (const file of ['package.json', 'index.js', 'LICENSE.md']) copyFileSync(join(from, file), join(to, file));
  cpSync(join(from, 'dist', platform), join(to, 'dist', platform), { recursive: true });
  const loader = loaders.find((file) => existsSync(file));
  if (loader) copyFileSync(loader, join(to, 'libvulkan.so.1'));
  else say('Without a Vulkan loader, since there is none here: the other machine needs libvulkan1.');
};

start(async () => {
  checkNode();
  await ensureModules();
  if (`${process.platform}-${process.arch}` !== platform) throw new Failure(`The folder is made on ${platform} alone.`);
  const folder = join(hostDirectory, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await bundle(folder);
  copyDawn(folder);
  if (!process.argv.includes('--without-node')) copyFileSync(process.execPath, join(folder, 'node'));
  writeFileSync(join(folder, 'run.sh'), launcher);
  chmodSync(join(folder, 'run.sh'), 0o755);
  const archive = `${folder}.tar.gz`;
  const { code, output } = await capture('tar', ['-czf', archive, '-C', hostDirectory, name]);
  if (code !== 0) throw new Failure(`tar could not pack ${folder}: ${output.trim()}`);
  say(`${folder}\n${archive} (${Math.round(statSync(archive).size / 1e6)} MB)\n`);
  const left = await run(
    join(folder, 'run.sh'),
    process.argv.slice(2).filter((value) => value !== '--without-node'),
  );
  // A machine without a GPU can make the folder all the same: 2 is what it says then.
  return left === 2 ? 0 : left;
});
