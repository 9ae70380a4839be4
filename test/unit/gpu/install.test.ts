/** Installing with an npm of our own making, which does what npm may do: fail, hang, be cut off, leave out the scripts. */
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { removeGpu } from '../../../src/cli/commands/gpu-engine';
import { gpuFolder, gpuFolderVariable, packageIn, worksOn } from '../../../src/gpu/engines';
import { clearLeftovers, install, installedEngines, removeEngine } from '../../../src/gpu/install';
import { findNpm } from '../../../src/gpu/node';
import { leaveUnfinished } from './leftovers';
import { isRunning } from './processes';

const id = 'tfjs-node-gpu';
let folder: string;
let root: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sparsescope-gpu-'));
  root = join(folder, 'engines');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

const script = async (name: string, text: string): Promise<string> => {
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
};

/** Writes the package, and its addon unless its scripts are left out; `npm run install` writes it in any case. */
const goodNpm = (scripts: boolean): string => `
  const { mkdirSync, writeFileSync, appendFileSync } = require('node:fs');
  appendFileSync(${JSON.stringify(join(folder, 'calls'))}, process.argv.slice(2, 4).join(' ') + '\\n');
  const at = process.argv[2] === 'run' ? '.' : 'node_modules/@tensorflow/tfjs-node-gpu';
  mkdirSync(at + '/lib/napi-v8', { recursive: true });
  writeFileSync(at + '/package.json', '{}');
  if (${scripts} || process.argv[2] === 'run') writeFileSync(at + '/lib/napi-v8/tfjs_binding.node', '');
`;

/** Answers as the engine's bundle does when it is asked to try an engine out. */
const probe = (answer: object): Promise<string> =>
  script('engine.js', `process.send(${JSON.stringify(answer)}, () => process.exit(0));`);
const working = { ok: true, version: '2.9.1', gpu: true };

interface Plan {
  npm: string;
  answer?: object;
  signal?: AbortSignal;
  progress?: (message: string) => unknown;
}

const tryInstall = async ({ npm, answer = working, signal, progress = () => undefined }: Plan) =>
  install({
    id,
    root,
    npm: { node: process.execPath, cli: await script('npm-cli.js', npm) },
    modulePath: await probe(answer),
    signal: signal ?? new AbortController().signal,
    progress,
  });

const left = (): Promise<string[]> => readdir(root).catch(() => []);

describe.skipIf(!worksOn(id))('installing a GPU engine', () => {
  it('puts it in its place once it has computed', async () => {
    const said: string[] = [];
    const installed = await tryInstall({ npm: goodNpm(true), progress: (message) => said.push(message) });
    expect(installed).toEqual({ folder: join(root, id), version: '2.9.1', device: { name: 'GPU' } });
    expect(await left()).toEqual([id]);
    expect(installedEngines(root)).toEqual([id]);
    expect(said.at(0)).toMatch(/npm fetches @tensorflow\/tfjs-node-gpu/);
    expect(said.at(-1)).toMatch(/real operation/);
  });

  it('names the package, its exact version and its permission to run a script', async () => {
    const { folder: at } = await tryInstall({ npm: goodNpm(true) });
    expect(JSON.parse(await readFile(join(at, 'package.json'), 'utf8'))).toEqual({
      private: true,
      dependencies: { '@tensorflow/tfjs-node-gpu': '4.22.0' },
      allowScripts: { '@tensorflow/tfjs-node-gpu': true },
    });
  });

  it('runs the install script by its name where npm ran none', async () => {
    await tryInstall({ npm: goodNpm(false) });
    expect((await readFile(join(folder, 'calls'), 'utf8')).split('\n')).toEqual([
      'install --ignore-scripts=false',
      'run install',
      '',
    ]);
  });

  it.skipIf(process.platform === 'win32')(
    'runs no script of Dawn, and tries it out with the Node that the engine will run on',
    async () => {
      const npm = `
      const { mkdirSync, writeFileSync } = require('node:fs');
      mkdirSync('node_modules/webgpu', { recursive: true });
      writeFileSync('node_modules/webgpu/package.json', JSON.stringify(process.argv.slice(2)));`;
      // A Node that says which one it is: the true one with a variable set.
      const node = await script('node', `#!/bin/sh\nMARK=mine exec ${process.execPath} "$@"\n`);
      await chmod(node, 0o755);
      const modulePath = await script(
        'engine.js',
        'process.send({ ok: true, version: process.env.MARK, gpu: true, device: { name: process.argv[3] } }, () => process.exit(0));',
      );
      const installed = await install({
        ...{ id: 'webgpu', root, modulePath, node, progress: () => undefined, signal: new AbortController().signal },
        npm: { node: process.execPath, cli: await script('npm-cli.js', npm) },
      });
      expect(installed).toEqual({ folder: join(root, 'webgpu'), version: 'mine', device: { name: 'webgpu' } });
      expect(await readFile(join(root, 'webgpu/package.json'), 'utf8')).not.toContain('allowScripts');
      const args = JSON.parse(
        await readFile(join(root, 'webgpu/node_modules/webgpu/package.json'), 'utf8'),
      ) as string[];
      expect(args).toContain('--ignore-scripts=true');
    },
  );

  it('is refused while it is being installed already, which goes on', async () => {
    const go = join(folder, 'go');
    const npm = `
      console.log('begun');
      while (!require('node:fs').existsSync(${JSON.stringify(go)})) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
      ${goodNpm(true)}`;
    let first: Promise<unknown> | undefined;
    await new Promise<void>((resolve) => {
      first = tryInstall({ npm, progress: (message) => message === 'begun' && resolve() });
    });
    const [work] = await left();
    await expect(tryInstall({ npm })).rejects.toMatchObject({
      code: 'gpu.installing',
      message: expect.stringContaining(`by process ${process.pid} into ${join(root, work)}.`) as string,
    });
    expect(await left()).toEqual([work]);
    await writeFile(go, '');
    await first;
    expect(await left()).toEqual([id]);
    expect(existsSync(packageIn(join(root, id), id))).toBe(true);
  });

  it('says a sentence of the engine as it is', async () => {
    const problem = 'A processor that imitates a GPU.';
    await expect(tryInstall({ npm: goodNpm(true), answer: { ok: false, problem } })).rejects.toMatchObject({
      message: `@tensorflow/tfjs-node-gpu was fetched, but does not work here: ${problem} It has been removed again.`,
    });
  });

  it('leaves nothing of what does not compute, and says why', async () => {
    const answer = { ok: false, message: 'libtensorflow.so.2: cannot open shared object file' };
    await expect(tryInstall({ npm: goodNpm(true), answer })).rejects.toMatchObject({
      code: 'gpu.not-working',
      message: expect.stringMatching(
        /does not work here: its TensorFlow library is missing; .* It has been removed/,
      ) as string,
    });
    expect(await left()).toEqual([]);
  });

  it('leaves the one that is there when the new one does not compute', async () => {
    await tryInstall({ npm: goodNpm(true) });
    await writeFile(join(root, id, 'mark'), '');
    await expect(tryInstall({ npm: goodNpm(true), answer: { ok: false, message: 'x' } })).rejects.toThrow();
    expect(await readdir(join(root, id))).toContain('mark');
    await tryInstall({ npm: goodNpm(true) });
    expect(await readdir(join(root, id))).not.toContain('mark');
    expect(await left()).toEqual([id]);
  });

  it('leaves nothing when npm fails, and says what it said', async () => {
    const npm = "console.error('npm error code ENOSPC'); process.exit(1);";
    await expect(tryInstall({ npm })).rejects.toMatchObject({
      code: 'gpu.not-fetched',
      message: expect.stringMatching(/the disk is full.*Nothing is left of it\./) as string,
    });
    expect(await left()).toEqual([]);
  });

  it('ends npm and all it has started when it is cancelled, and leaves nothing', async () => {
    const controller = new AbortController();
    const grandchild = `require('node:fs').writeFileSync(${JSON.stringify(join(folder, 'pid'))}, String(process.pid)); console.log('begun'); setInterval(() => {}, 1000);`;
    const npm = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(grandchild)}], { stdio: 'inherit' }); setInterval(() => {}, 1000);`;
    const installing = tryInstall({
      npm,
      signal: controller.signal,
      progress: (message) => {
        if (message === 'begun') controller.abort();
      },
    });
    await expect(installing).rejects.toMatchObject({ name: 'AbortError' });
    expect(await left()).toEqual([]);
    const pid = Number(await readFile(join(folder, 'pid'), 'utf8'));
    await expect.poll(() => isRunning(pid)).toBe(false);
  });

  it('ends npm with its own process, however that comes to its end', async () => {
    const before = process.listeners('exit');
    const ending = (): void => {
      for (const heard of process.listeners('exit')) if (!before.includes(heard)) heard.call(process, 0);
    };
    const npm = "console.log('begun'); setInterval(() => {}, 1000);";
    const installing = tryInstall({ npm, progress: (message) => message === 'begun' && ending() });
    await expect(installing).rejects.toThrow(/npm ended with SIGKILL/);
    expect(process.listeners('exit')).toEqual(before);
  });

  it('clears away what an installation left that was cut off, and nothing of one that is going on', async () => {
    await leaveUnfinished(root);
    const living = await leaveUnfinished(root, { pid: process.pid });
    expect(await clearLeftovers(root)).toBe(1);
    expect(await left()).toEqual([basename(living)]);
    expect(await clearLeftovers(join(folder, 'nowhere'))).toBe(0);
  });

  it('leaves what another container or machine installs, until nothing was written there for a day', async () => {
    const elsewhere = await leaveUnfinished(root, { machine: 'another' });
    const untold = join(root, `.${id}.partial-untold`);
    await mkdir(untold);
    expect(await clearLeftovers(root)).toBe(0);
    const old = new Date(Date.now() - 25 * 60 * 60_000);
    for (const each of [elsewhere, untold]) await utimes(each, old, old);
    expect(await clearLeftovers(root)).toBe(2);
    expect(await left()).toEqual([]);
  });

  it('says so where it cannot write', async () => {
    await writeFile(root, 'a file');
    await expect(tryInstall({ npm: goodNpm(true) })).rejects.toMatchObject({ code: 'file.in-the-way' });
  });

  it('removes what is there', async () => {
    await tryInstall({ npm: goodNpm(true) });
    expect(await removeEngine(root, id)).toBe(true);
    expect(await left()).toEqual([]);
    expect(await removeEngine(root, id)).toBe(false);
  });

  it('removes also what is damaged, and says what was cut off', async () => {
    await mkdir(join(root, id, 'node_modules'), { recursive: true });
    await leaveUnfinished(root);
    vi.stubEnv(gpuFolderVariable, root);
    const said = { out: '', err: '' };
    await removeGpu(
      {},
      {
        out: (text) => (said.out += text),
        err: (text) => (said.err += text),
        progress: () => undefined,
      },
    );
    expect(said.out).toContain('@tensorflow/tfjs-node-gpu');
    expect(said.err).toMatch(
      /An earlier installation or removal of a GPU engine was cut off half way; what was left has been removed/,
    );
    expect(await left()).toEqual([]);
    expect(installedEngines(root)).toEqual([]);
  });
});

describe('a Node with npm', () => {
  const program = async (...path: string[]): Promise<string> => {
    const file = join(folder, ...path);
    await mkdir(join(file, '..'), { recursive: true });
    if (path.at(-1) === 'node') await symlink(process.execPath, file);
    else await writeFile(file, '', { mode: 0o755 });
    return file;
  };

  it('is the one that was named, with the npm beside it', async () => {
    const node = await program('mine', 'bin', 'node');
    const cli = await program('mine', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js');
    expect(findNpm(node, {}, '/usr/share/code/code')).toEqual({ node, cli });
  });

  it('is found on the PATH where this runs in something else', async () => {
    const node = await program('bin', 'node');
    const npm = await program('bin', 'npm');
    expect(findNpm('', { PATH: `relative:${join(folder, 'bin')}` }, '/usr/share/code/code')).toEqual({
      node,
      cli: npm,
    });
  });

  it('is asked for in a sentence where there is none', async () => {
    const code = (thrown: string) => expect.objectContaining({ code: thrown }) as Error;
    const node = await program('alone', 'node');
    expect(() => findNpm(join(folder, 'nowhere'), {})).toThrow(code('gpu.node-missing'));
    expect(() => findNpm(folder, {})).toThrow(code('gpu.node-missing'));
    expect(() => findNpm('', { PATH: folder }, '/usr/share/code/code')).toThrow(code('gpu.no-node'));
    expect(() => findNpm(node, {})).toThrow(code('gpu.no-npm'));
    expect(() => findNpm(node, {})).toThrow(
      `has no npm: neither ${join(folder, 'alone', 'node_modules', 'npm', 'bin', 'npm-cli.js')} nor `,
    );
  });

  it.skipIf(process.platform === 'win32')('is no other program, whatever npm there is on the PATH', async () => {
    const other = await program('other', 'true');
    await program('bin', 'npm');
    const PATH = join(folder, 'bin');
    expect(() => findNpm(other, { PATH }, process.execPath, 'the option --node')).toThrow(
      `${other}, which the option --node names, is no Node.js that starts here. Give the path of a node that has npm.`,
    );
    await writeFile(join(folder, 'bin', 'node'), '', { mode: 0o755 });
    expect(() => findNpm('node', { PATH })).toThrow(`${join(PATH, 'node')}, the first on the PATH, is no Node.js`);
  });
});

describe('the folder of GPU engines', () => {
  it('is the one that was named, else where the system keeps such things', () => {
    expect(gpuFolder({ [gpuFolderVariable]: '/x' }, 'linux')).toBe('/x');
    expect(gpuFolder({ XDG_DATA_HOME: '/data' }, 'linux')).toBe(join('/data', 'sparsescope', 'gpu-engines'));
    expect(gpuFolder({ LOCALAPPDATA: 'C:\\data' }, 'win32')).toBe(join('C:\\data', 'sparsescope', 'gpu-engines'));
    expect(packageIn('/x', id)).toBe(join('/x', 'node_modules', '@tensorflow', 'tfjs-node-gpu'));
  });
});
