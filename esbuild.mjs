// Builds everything under dist/: the extension, the engine process, the command line, the webviews and the report.
// `node esbuild.mjs` builds once, `--watch` goes on.
import { build, context } from 'esbuild';
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ensureKernels } from './scripts/lib/kernels.mjs';

const watch = process.argv.includes('--watch');
const require = createRequire(import.meta.url);

const common = { bundle: true, sourcemap: true, minify: !watch, logLevel: 'warning', keepNames: true };
const node = { ...common, platform: 'node', target: 'node20', format: 'cjs' };
const page = { ...common, platform: 'browser', target: 'es2022', format: 'iife', sourcemap: false };

const bundles = [
  { ...node, entryPoints: { extension: 'src/extension.ts' }, external: ['vscode'], outdir: 'dist' },
  {
    ...node,
    entryPoints: {
      engine: 'src/engine/main.ts',
      cli: 'src/cli/main.ts',
      'data-worker': 'src/engine/data/worker.ts',
      'kernel-worker': 'src/engine/kernels/worker.ts',
    },
    outdir: 'dist',
    // TensorFlow.js's ES modules, of which what is unused is left out: a third less than its one file for Node.
    mainFields: ['module', 'main'],
  },
  { ...page, entryPoints: { webview: 'webview/main.ts', report: 'webview/report.ts' }, outdir: 'dist' },
];

if (!watch) rmSync('dist', { recursive: true, force: true });
mkdirSync('dist', { recursive: true });

// TensorFlow.js finds its WebAssembly files beside the engine. In Node it never takes the one with threads.
const wasm = dirname(require.resolve('@tensorflow/tfjs-backend-wasm'));
for (const file of ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm']) {
  copyFileSync(join(wasm, file), join('dist', file));
}

await ensureKernels();

copyFileSync(require.resolve('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm'), join('dist', 'mozjpeg_dec.wasm'));

if (watch) {
  await Promise.all(bundles.map(async (options) => (await context(options)).watch()));
} else {
  const built = await Promise.allSettled(bundles.map((options) => build(options)));
  // esbuild has said why.
  if (built.some(({ status }) => status === 'rejected')) process.exitCode = 1;
}
