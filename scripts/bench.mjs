/** npm run bench: builds, bundles test/bench and prints its table. `-- --only a,b`: of the topics whose names begin so. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { copyBeside } from './lib/bench-gpu.mjs';
import { chosenTopics } from './lib/bench-topics.mjs';
import { ensureChromium } from './lib/chromium.mjs';
import { hostDirectory, root, run, say, start } from './lib/process.mjs';
import { checkNode, ensureBuild, ensureModules, packageExtension } from './lib/setup.mjs';
import { installServer } from './lib/vscode-server.mjs';

start(async () => {
  checkNode();
  const args = process.argv.slice(2);
  const topics = chosenTopics(args);
  await ensureModules();
  await ensureBuild();
  // As deep in the repository as scripts/lib, which is bundled too and finds the repository from its own place.
  const folder = join(hostDirectory, 'bench');
  mkdirSync(folder, { recursive: true });
  const vsix = join(folder, 'sparsescope.vsix');
  let chromium = '';
  if (topics.includes('editor')) {
    const { path, reason } = await ensureChromium();
    if (reason) say(`Without the rows of the editor: ${reason}.`);
    else await installServer();
    chromium = path ?? '';
    await packageExtension(vsix);
  }

  const { build } = await import('esbuild');
  await build({
    entryPoints: [join(root, 'test/bench/main.ts')],
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    outfile: join(folder, 'main.mjs'),
    external: ['playwright-core', '@tensorflow/*'],
    // What is CommonJS in there expects these.
    banner: {
      js: `import { createRequire as requireFrom } from 'node:module';
const require = requireFrom(import.meta.url);
const __dirname = ${JSON.stringify(folder)};`,
    },
    logLevel: 'warning',
  });
  copyBeside(join(root, 'dist'), folder);
  const env = { ...process.env, SPARSESCOPE_CHROMIUM: chromium, SPARSESCOPE_VSIX: vsix };
  return run(process.execPath, [join(folder, 'main.mjs'), ...args], { env });
});
