/** Dawn as a person installs it: the packages as npm packs them, fetched by the person's npm from a registry on this machine. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gpuFolderVariable, packageIn } from '../../../src/gpu/engines';
import { findNpm } from '../../../src/gpu/node';
import { probe } from '../../../src/gpu/probe';
import { bundle } from './bundle';
import type { Bundle } from './bundle';
import { leaveSoftwareGpu, noSoftwareGpu, useSoftwareGpu } from './software-gpu';

/** What npm installs: the package and what it names. */
const packages = ['webgpu', '@webgpu/types', 'debug', 'ms'];
const build = `${process.platform}-${process.platform === 'darwin' ? 'universal' : process.arch}`;

/** Packs the packages of node_modules, without the builds of Dawn for other systems, and serves them. */
async function serve(folder: string): Promise<Server> {
  const { node, cli } = findNpm('');
  const found = createRequire(createRequire(import.meta.url).resolve('webgpu'));
  const answers = new Map<string, string | Buffer>();
  for (const name of packages) {
    const copy = join(folder, name);
    await cp(dirname(found.resolve(`${name}/package.json`)), copy, {
      recursive: true,
      filter: (path) => !path.includes(`${sep}dist${sep}`) || name !== 'webgpu' || path.includes(build),
    });
    const args = [cli, 'pack', '--ignore-scripts', '--json', '--pack-destination', folder];
    await promisify(execFile)(node, args, { cwd: copy });
    const manifest = JSON.parse(await readFile(join(copy, 'package.json'), 'utf8')) as { version: string };
    const file = `${name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`;
    answers.set(`/files/${file}`, await readFile(join(folder, file)));
    answers.set(
      `/${name}`,
      JSON.stringify({
        name,
        'dist-tags': { latest: manifest.version },
        versions: { [manifest.version]: { ...manifest, dist: { tarball: `HERE/files/${file}` } } },
      }),
    );
  }
  const server = createServer((request, response) => {
    const answer = answers.get(decodeURIComponent(request.url ?? ''));
    if (answer === undefined) response.writeHead(404).end();
    else if (typeof answer === 'string') response.end(answer.replace('HERE', `http://${request.headers.host ?? ''}`));
    else response.end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** Ends a process as a driver does, at the moment when it is loaded. */
async function killer(folder: string): Promise<string> {
  const file = join(folder, 'driver.cjs');
  await writeFile(file, "process.dlopen = () => process.kill(process.pid, 'SIGSEGV');");
  return file;
}

describe.skipIf(noSoftwareGpu)(`Dawn, installed${noSoftwareGpu ? ` (skipped: ${noSoftwareGpu})` : ''}`, () => {
  let folder: string;
  let root: string;
  let built: Bundle;
  let server: Server;

  interface End {
    code: number;
    answer: Record<string, unknown>;
  }
  const cli = (args: string[], more: Record<string, string> = {}): Promise<End> => {
    const { port } = server.address() as AddressInfo;
    const env = {
      ...process.env,
      [gpuFolderVariable]: root,
      npm_config_registry: `http://127.0.0.1:${port}/`,
      npm_config_cache: join(folder, 'cache'),
      ...more,
    };
    return new Promise((resolve) => {
      execFile(process.execPath, [built.cli, ...args, '--json'], { env }, (error, stdout) =>
        resolve({ code: error ? Number(error.code) : 0, answer: JSON.parse(stdout) as Record<string, unknown> }),
      );
    });
  };

  beforeAll(async () => {
    useSoftwareGpu();
    folder = await mkdtemp(join(tmpdir(), 'sparsescope-dawn-'));
    root = join(folder, 'engines');
    await mkdir(join(folder, 'packed'));
    [server, built] = [await serve(join(folder, 'packed')), await bundle()];
  }, 240_000);

  afterAll(async () => {
    leaveSoftwareGpu();
    server.close();
    await built.remove();
    await rm(folder, { recursive: true, force: true });
  });

  it('is not kept where only a processor imitates a GPU, which is said', async () => {
    const { code, answer } = await cli(['install-gpu', '--engine', 'webgpu'], { SPARSESCOPE_SOFTWARE_GPU: '' });
    expect(code).toBe(2);
    expect(answer).toMatchObject({
      error: {
        code: 'gpu.not-working',
        message: expect.stringMatching(
          /^webgpu was fetched, but does not work here: swiftshader.* is a processor that imitates a GPU, .*=1 .* It has been removed again\.$/,
        ) as string,
      },
    });
    expect(await readdir(root)).toEqual([]);
  });

  it('is not kept where no driver offers a GPU', async () => {
    const { answer } = await cli(['install-gpu', '--engine', 'webgpu'], { VK_ICD_FILENAMES: '/nowhere.json' });
    expect(answer).toMatchObject({
      error: { message: expect.stringMatching(/here: No driver offers a GPU/) as string },
    });
    expect(await readdir(root)).toEqual([]);
  });

  it('is kept once it has computed, is what auto takes, and is removed', async () => {
    const { code, answer } = await cli(['install-gpu', '--engine', 'webgpu']);
    expect({ code, answer }).toMatchObject({
      code: 0,
      answer: {
        package: 'webgpu',
        backend: 'webgpu',
        version: '0.6.2',
        device: { name: expect.stringMatching(/^swiftshader.*, tensors up to .* GiB$/) as string },
        folder: join(root, 'webgpu'),
      },
    });
    expect(await readdir(root)).toEqual(['webgpu']);
    expect(await readdir(packageIn(join(root, 'webgpu'), 'webgpu'))).toContain('index.js');
    expect((await cli(['doctor'])).answer).toMatchObject({ backend: { name: 'webgpu' } });
    expect((await cli(['remove-gpu'])).answer).toMatchObject({ removed: ['webgpu'] });
    expect(await readdir(root)).toEqual([]);
    expect((await cli(['doctor'])).answer).toMatchObject({
      backend: { name: 'wasm', reason: expect.stringMatching(/webgpu: .*install-gpu --engine webgpu/) as string },
    });
  });

  it.runIf(process.platform === 'linux')('is to be installed again where its files are damaged', async () => {
    const whole = dirname(createRequire(import.meta.url).resolve('webgpu'));
    const packageFolder = join(folder, 'damaged', 'node_modules', 'webgpu');
    const addon = join(packageFolder, 'dist', build, 'dawn.node');
    const damages: [RegExp, () => Promise<void>][] = [
      [/^it ended its process \(SIGBUS\), as a library does that is cut off/, () => truncate(addon, 2 ** 20)],
      [/^Dawn could not be loaded: .*too short/, () => truncate(addon)],
      [/^Dawn could not be loaded: Cannot find module/, () => rm(addon)],
      [/^Dawn .* lacks its build for/, () => rm(dirname(addon), { recursive: true })],
      [/^Dawn could not be loaded: Unexpected/, () => writeFile(join(packageFolder, 'index.js'), 'an error')],
    ];
    for (const [sentence, damage] of damages) {
      await rm(packageFolder, { recursive: true, force: true });
      await cp(whole, packageFolder, {
        recursive: true,
        filter: (path) => !path.includes(`${sep}dist${sep}`) || path.includes(build),
      });
      await damage();
      const { problem } = await probe({ id: 'webgpu', packageFolder, modulePath: built.engine, limit: 60_000 });
      expect(problem).toMatch(sentence);
      expect(problem).toMatch(/; install it again with .*install-gpu --engine webgpu\.$/);
    }
  });

  it('is passed over where its driver ends the process, and the engine lives', async () => {
    await cli(['install-gpu', '--engine', 'webgpu']);
    const { code, answer } = await cli(['doctor'], { NODE_OPTIONS: `--require ${await killer(folder)}` });
    expect(code).toBe(0);
    expect(answer).toMatchObject({
      backend: { name: 'wasm', reason: expect.stringMatching(/webgpu: it ended its process \(SIG\w+\)/) as string },
    });
  });
});
