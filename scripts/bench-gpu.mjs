/**
 * npm run bench:gpu [-- --without-node]: makes .host/bench-gpu, a folder that needs nothing else on x86-64 Linux with glibc
 * 2.34 and a GPU's driver, and bench-gpu.tar.gz of it; then runs it here. `run.sh` in it prints the table there.
 */
import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { benchPlatform, makeBenchFolder } from './lib/bench-gpu.mjs';
import { Failure, capture, hostDirectory, root, run, say, start } from './lib/process.mjs';
import { checkNode, ensureBuild, ensureModules } from './lib/setup.mjs';

const name = 'bench-gpu';

start(async () => {
  checkNode();
  await ensureModules();
  if (`${process.platform}-${process.arch}` !== benchPlatform)
    throw new Failure(`The folder is made on ${benchPlatform} alone.`);
  await ensureBuild();
  const folder = join(hostDirectory, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const node = process.argv.includes('--without-node') ? undefined : process.execPath;
  await makeBenchFolder(folder, join(root, 'dist'), node);
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
