/**
 * Kernels over several threads: other threads of the pool take parts of a call while this one does. Each part is
 * computed as it is in one thread, so results are the same to the bit. A thread that is late is not waited for, one
 * that has ended takes no part: so whatever happens to them, what is asked for is computed, or where that is not
 * possible an error thrown.
 */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { messageOf } from '../../core/errors';
import { partLost } from '../../core/kernels/errors';
import { addressesOf } from '../../core/kernels/kernels';
import type { Kernels } from '../../core/kernels/kernels';
import { mostThreads, partSize, splittings } from '../../core/kernels/work';
import type { SplitName } from '../../core/kernels/work';
import { Control } from './control';
import { folders } from './load';
import type { LoadedKernels, LoadedModule } from './load';
import { Pace } from './pace';
import {
  fileMissing,
  noThreads,
  oneAsked,
  oneCore,
  plainHasNone,
  threadEnded,
  threadFailed,
  threadLost,
  threadSilent,
} from './words';

export interface ThreadData extends Pick<LoadedModule, 'module' | 'memory'> {
  index: number;
  threads: number;
  shared: SharedArrayBuffer;
  /** Address of what the instance packs into. */
  scratch: number;
  names: readonly SplitName[];
}

export interface ThreadOptions {
  /** Default: as many as there are cores, at most 8. With this one. */
  threads?: number;
  /** Split calls that are not worth it, too. */
  always?: true;
  /** The bundle of worker.ts. */
  script?: string;
  /** Milliseconds after which a thread that computes a part is given up. */
  patience?: number;
}

const names = Object.keys(splittings) as SplitName[];
type AnyKernel = (...args: (ArrayBufferView | number | undefined)[]) => number | undefined;
type AnyWork = (...args: Parameters<AnyKernel>) => number;

/**
 * About 50 microseconds: from there on two threads took .53 of the time of one, or .94 where both cores were taken
 * already.
 */
const leastWork = 1 << 20;

export class KernelThreads {
  /** Those that were given, but that calls worth it are split among all threads. */
  readonly kernels: Kernels;
  private readonly workers: Worker[] = [];
  private readonly control: Control;
  private why: string | undefined;

  constructor(
    private readonly loaded: LoadedKernels,
    private readonly options: ThreadOptions = {},
  ) {
    const { kernels, loaded: shared } = loaded;
    const cores = availableParallelism();
    const threads = options.threads ?? Math.min(mostThreads, cores);
    this.control = Control.for(Math.max(0, threads - 1));
    if (!shared) this.why = plainHasNone;
    else if (threads < 2) this.why = cores < 2 ? oneCore : oneAsked;
    else this.start(kernels, shared, threads - 1);
    this.kernels = this.atMost(threads);
  }

  /** Whose calls are split among so many threads at most, of those that there are. The results do not depend on it. */
  atMost(threads: number): Kernels {
    const { kernels } = this.loaded;
    return this.why === undefined && threads > 1
      ? { ...kernels, instances: this.wanted, ...this.split(kernels, threads) }
      : kernels;
  }

  /** How many compute, with this one; a thread that is just starting takes no part yet. */
  get threads(): number {
    return 1 + (this.why === undefined ? this.control.started : 0);
  }

  /** How many are to compute, those included that are just starting. */
  get wanted(): number {
    return 1 + this.workers.length;
  }

  /** Why there is one thread only, where that is so for good. */
  get reason(): string | undefined {
    return this.why;
  }

  /** Resolves when all have started or are given up, or after so many milliseconds. */
  async settled(limit = 2_000): Promise<void> {
    const end = performance.now() + limit;
    while (this.why === undefined && this.control.started < this.workers.length && performance.now() < end)
      await setTimeout(5);
  }

  async close(): Promise<void> {
    this.why ??= threadEnded('closed');
    await Promise.all(this.workers.splice(0).map((worker) => worker.terminate()));
  }

  private start({ room }: Kernels, { module, memory, scratchFloats }: LoadedModule, others: number): void {
    const script = this.options.script ?? folders.map((folder) => join(folder, 'kernel-worker.js')).find(existsSync);
    if (script === undefined) {
      this.why = noThreads(fileMissing('kernel-worker.js', folders));
      return;
    }
    try {
      for (let index = 0; index < others; index++) {
        const { shared } = this.control;
        const scratch = room.float32(scratchFloats).byteOffset;
        const data: ThreadData = { index, threads: others, shared, module, memory, scratch, names };
        const worker = new Worker(script, { workerData: data });
        worker.unref();
        worker.on('error', ({ message }) => this.giveUp(this.threads > 1 ? threadEnded(message) : noThreads(message)));
        worker.on('exit', (code) => this.giveUp(threadEnded(`code ${code}`)));
        this.workers.push(worker);
      }
    } catch (error) {
      this.giveUp(noThreads(messageOf(error)));
    }
  }

  private giveUp(why: string): void {
    this.why ??= why;
    for (const worker of this.workers.splice(0)) void worker.terminate();
  }

  private split(kernels: Kernels, most: number): Partial<Kernels> {
    const own = kernels as unknown as Readonly<Record<SplitName, AnyKernel>>;
    const splitting = names.map((name, index) => [name, this.splitOne(index, own[name], most)]);
    return Object.fromEntries(splitting) as Partial<Kernels>;
  }

  private splitOne(index: number, kernel: AnyKernel, most: number): AnyKernel {
    const workOf = splittings[names[index]].work as AnyWork;
    const pace = new Pace();
    return (...args) => {
      const [from, to] = args.slice(-2) as number[];
      const threads = Math.min(most, this.threads);
      const part = partSize(names[index], to - from, threads);
      if (threads < 2 || part >= to - from) return kernel(...args);
      if (this.options.always) return this.together(index, kernel, args, { part, others: threads - 1 });
      const work = workOf(...args);
      if (work < leastWork) return kernel(...args);
      const split = pace.choose();
      const began = performance.now();
      const answer = split ? this.together(index, kernel, args, { part, others: threads - 1 }) : kernel(...args);
      pace.note(split, (performance.now() - began) / work);
      return answer;
    };
  }

  private together(
    index: number,
    kernel: AnyKernel,
    args: Parameters<AnyKernel>,
    among: { part: number; others: number },
  ): number | undefined {
    const [from, to] = args.slice(-2) as number[];
    this.control.open({ kernel: index, args: addressesOf(args.slice(0, -2)), from, to, ...among });
    let well = false;
    try {
      this.control.take((_, own, start, end) => kernel(...own, start, end));
    } finally {
      well = this.control.close(this.options.patience ?? 10_000);
    }
    if (well) return undefined;
    const { inPlace } = splittings[names[index]];
    this.giveUp(inPlace ? threadLost : this.control.failed ? threadFailed : threadSilent);
    if (inPlace) throw partLost();
    return kernel(...args);
  }
}
