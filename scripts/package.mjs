/** npm run package: the VSIX of this version in the repository's root. */
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { root, say, start } from './lib/process.mjs';
import { checkNode, ensureBuild, ensureModules, packageExtension } from './lib/setup.mjs';

start(async () => {
  checkNode();
  await ensureModules();
  await ensureBuild();
  const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const file = join(root, `${name}-${version}.vsix`);
  await packageExtension(file);
  say(`Packaged ${file}`);
  return 0;
});
