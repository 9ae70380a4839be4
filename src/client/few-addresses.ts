/**
 * Where the system limits the addresses of a process (`ulimit -v`, as on login nodes), Node can have no memory for
 * WebAssembly however small: V8 reserves 8 GiB of addresses around each, so that the processor finds what reaches
 * beyond it. With the flag of Node 20.15 and 22.2 the compiled code looks itself.
 */
import { spawnSync } from 'node:child_process';
import { fewAddressesFlag } from '../protocol/engine';

const memory = 'new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true })';

/** Longer takes no Node to do so, milliseconds: the caller waits. */
const longest = 5_000;

/** Of programs in which a memory is had with the flag, and not without it, for as long as this process lives. */
const found = new Map<string, readonly string[]>();

/** Whether this process has no memory, or has one by the flag alone, which those it starts do not inherit. */
function refused(): boolean {
  if (process.execArgv.includes(fewAddressesFlag)) return true;
  try {
    return new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer.byteLength === 0;
  } catch {
    return true;
  }
}

/** Flags of Node with which `program` can have a memory of WebAssembly where it could not without. */
export function flagsOf(program: string): readonly string[] {
  const known = found.get(program);
  if (known) return known;
  const helped =
    refused() &&
    spawnSync(program, [fewAddressesFlag, '-e', memory], {
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      stdio: 'ignore',
      timeout: longest,
      windowsHide: true,
    }).status === 0;
  const flags = helped ? [fewAddressesFlag] : [];
  found.set(program, flags);
  return flags;
}
