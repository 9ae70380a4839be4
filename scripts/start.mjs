/**
 * npm start [CONFIG] [-- FLAGS]: sets up what is missing, then runs a config (the example when none is given).
 * npm start -- --editor: opens the examples in VS Code with the extension installed.
 */
import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { openEditor } from './lib/editor.mjs';
import { Failure, root, run, start } from './lib/process.mjs';
import { checkNode, ensureBuild, ensureModules } from './lib/setup.mjs';

const usage = `npm start [CONFIG] [-- FLAGS]      run a config; FLAGS go to "sparsescope run"
npm start -- --editor [FOLDER]     open a folder (the examples) in VS Code with Sparsescope installed
npm start -- --help                this text, and that of "sparsescope run"`;

/** npm runs us in the repository; paths mean what they meant where the person typed them. */
const caller = process.env['INIT_CWD'] ?? process.cwd();

start(async () => {
  checkNode();
  const args = process.argv.slice(2);
  const help = args.includes('--help') || args.includes('-h');
  if (help) console.log(`${usage}\n`);
  await ensureModules();
  await ensureBuild();
  if (args.includes('--editor') && !help) {
    const folder = args.find((argument) => !argument.startsWith('-'));
    if (folder) return openEditor(resolve(caller, folder));
    const examples = join(root, 'examples');
    return openEditor(examples, join(examples, 'mlp7-eoi.sparse.yaml'));
  }
  const named = args.find((argument) => /\.(ya?ml|json)$/.test(argument));
  const config = named ? resolve(caller, named) : join(root, 'examples/mlp7-eoi.sparse.yaml');
  if (!existsSync(config)) throw new Failure(`There is no config ${config}.`);
  const flags = args.filter((argument) => argument !== named);
  return run(process.execPath, [join(root, 'dist/cli.js'), 'run', relative(caller, config), ...flags], { cwd: caller });
});
