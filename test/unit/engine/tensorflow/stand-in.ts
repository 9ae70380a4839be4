/**
 * A library in TensorFlow's place, compiled from stand-in/ and served as the install script of @tensorflow/tfjs-node fetches the
 * true one: everything between is what a person's machine runs, the package, its addon and the loader.
 */
import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const version = '2.9.1';

/** Where the headers of the running Node are: beside it, or where Debian's packages put them. */
const nodePrefix = [dirname(dirname(process.execPath)), '/usr'].find((prefix) =>
  existsSync(join(prefix, 'include/node/node_api.h')),
);

const has = (program: string): boolean => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;

/** Why the addon cannot be compiled here; undefined where it can. */
export const missing =
  process.platform !== 'linux' || process.arch !== 'x64'
    ? 'the stand-in is for Linux on x86-64'
    : nodePrefix === undefined
      ? 'the headers of Node are not installed (Debian: libnode-dev)'
      : ['gcc', 'g++', 'make', 'python3'].find((program) => !has(program));

/** The headers that the addon includes; all that is used of them stands in one. */
const headers = [
  'c/eager/c_api.h',
  'c/tf_datatype.h',
  'c/tf_status.h',
  'c/tf_tensor.h',
  'core/platform/ctstring_internal.h',
];

async function library(folder: string, name: string, source: string): Promise<void> {
  const file = join(folder, 'lib', `${name}.so.${version}`);
  await run('gcc', [
    '-shared',
    '-fPIC',
    '-O1',
    '-I',
    join(folder, 'include'),
    '-o',
    file,
    `-Wl,-soname,${name}.so.2`,
    source,
  ]);
  await symlink(`${name}.so.${version}`, join(folder, 'lib', `${name}.so.2`));
  await symlink(`${name}.so.2`, join(folder, 'lib', `${name}.so`));
}

/** Answers the archive, as libtensorflow is packed. */
async function pack(folder: string): Promise<string> {
  const sources = join(import.meta.dirname, 'stand-in');
  await mkdir(join(folder, 'lib'), { recursive: true });
  for (const header of ['c/c_api.h', ...headers]) {
    const file = join(folder, 'include/tensorflow', header);
    await mkdir(dirname(file), { recursive: true });
    if (header === 'c/c_api.h') await copyFile(join(sources, 'c_api.h'), file);
    else await writeFile(file, '#include "tensorflow/c/c_api.h"\n');
  }
  await library(folder, 'libtensorflow', join(sources, 'tensorflow.c'));
  const nothing = join(folder, 'framework.c');
  await writeFile(nothing, 'int sparsescope_stand_in_framework;\n');
  await library(folder, 'libtensorflow_framework', nothing);
  const archive = join(folder, 'libtensorflow.tar.gz');
  await run('tar', ['czf', archive, '-C', folder, 'include', 'lib']);
  return archive;
}

export interface StandIn {
  /** For npm: where the library is fetched from, and the headers that the addon is compiled with. */
  environment: Record<string, string>;
  close(): Promise<void>;
}

export async function serveStandIn(folder: string): Promise<StandIn> {
  const archive = await readFile(await pack(folder));
  const server = createServer((request, response) => {
    if (/\/libtensorflow-(cpu|gpu)-linux-x86_64-2\.9\.1\.tar\.gz$/.test(request.url ?? '')) response.end(archive);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    environment: {
      TFJS_NODE_BASE_URI: `http://127.0.0.1:${port}/libtensorflow-`,
      npm_config_nodedir: nodePrefix ?? '',
      // The addon's own host is asked first: nobody waits for it here.
      npm_config_tfjs_binding_binary_host_mirror: `http://127.0.0.1:${port}/`,
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
