/** PyTorch as the side-by-side: Debian's, when it is installed. Python processes that time one run after the other on demand. */
import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { median } from './row';
import type { Comparison } from './row';

/** Each line is a request: a name with what to prepare and to run, or a name to run. */
const server = `
import json, os, sys, time, torch
torch.ones(64, 64) @ torch.ones(64, 64)
paths = {line.split()[-1] for line in open('/proc/self/maps') if 'libblas' in line}
# Debian keeps each implementation in a folder of its name; that of the reference, many times slower, is 'blas'.
blas = [os.path.basename(os.path.dirname(os.path.realpath(path))) for path in paths]
print(json.dumps([torch.__version__, blas[0] if blas else 'its own BLAS']), flush=True)
jobs = {}
for line in sys.stdin:
    request = json.loads(line)
    if 'run' in request:
        space = {'torch': torch}
        exec(request['prepare'], space)
        jobs[request['name']] = (compile(request['run'], request['name'], 'exec'), space)
        print('null', flush=True)
        continue
    code, space = jobs[request['name']]
    began = time.perf_counter()
    exec(code, space)
    print(json.dumps((time.perf_counter() - began) * 1000), flush=True)
`;

/** One Python with so many threads: its libraries read their number as they start. */
class Process {
  private constructor(
    private readonly child: ChildProcessWithoutNullStreams,
    private readonly lines: AsyncIterator<string>,
    readonly threads: number,
    readonly what: string,
    /** Why it is not at its best. */
    readonly slow: string | undefined,
  ) {}

  static async start(threads: number): Promise<Process | undefined> {
    const count = String(threads);
    const env = { ...process.env, OMP_NUM_THREADS: count, OPENBLAS_NUM_THREADS: count, MKL_NUM_THREADS: count };
    const child = spawn('/usr/bin/python3', ['-c', server], { env });
    const failed = once(child, 'error').then(() => undefined);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const first = await Promise.race([lines.next(), failed]);
    if (!first || first.done) return undefined;
    const [version, blas] = JSON.parse(first.value) as [string, string];
    const reference = blas === 'blas';
    const what = `torch ${version}, ${reference ? 'reference BLAS' : blas}`;
    return new Process(child, lines, threads, what, reference ? 'without libopenblas0-pthread' : undefined);
  }

  async ask(request: object): Promise<unknown> {
    this.child.stdin.write(`${JSON.stringify(request)}\n`);
    const line = await this.lines.next();
    if (line.done) throw new Error('The Python process with torch has ended.');
    return JSON.parse(line.value) as unknown;
  }

  close(): void {
    this.child.kill();
  }
}

interface Beside {
  what: string;
  prepare: string;
  run: string;
  trial?: string;
  /** Threads. */
  most?: number;
}

export class Torch {
  private readonly best = new Map<string, Process>();

  private constructor(private readonly processes: readonly Process[]) {}

  /** Nothing where there is none. */
  static async start(): Promise<Torch | undefined> {
    const processes: Process[] = [];
    for (let threads = 1; threads <= availableParallelism(); threads *= 2) {
      const process = await Process.start(threads);
      if (!process) return undefined;
      processes.push(process);
    }
    return new Torch(processes);
  }

  /**
   * Python code: what is made before, and what is timed. Takes the number of threads, of `most` at most, with which it is
   * quickest, or where it takes long `trial`, a shorter one of the kind.
   */
  async prepare(name: string, prepare: string, run: string, trial = run, most = Infinity): Promise<void> {
    let least = Infinity;
    for (const process of this.processes.filter(({ threads }) => threads <= most)) {
      await process.ask({ name, prepare, run });
      const tried = { name: `trial of ${name}` };
      await process.ask({ ...tried, prepare, run: trial });
      const times: number[] = [];
      // The first warms up. What is far behind is not waited for: threads that wait for a core that others use.
      while (times.length < 8 && !(times.length > 1 && times[times.length - 1] > 4 * least))
        times.push((await process.ask(tried)) as number);
      const own = median(times.slice(1));
      if (own >= least) continue;
      least = own;
      this.best.set(name, process);
    }
  }

  /** Milliseconds of one run. */
  async time(name: string): Promise<number> {
    return (await this.of(name).ask({ name })) as number;
  }

  label(name: string): string {
    const { threads, what } = this.of(name);
    return `${what}, ${threads} thread${threads === 1 ? '' : 's'}`;
  }

  /** What is to stand beside something: see `compare`. */
  async beside(p: Beside): Promise<Comparison['beside']> {
    const { what, prepare, run, trial, most } = p;
    await this.prepare(what, prepare, run, trial, most);
    const { slow } = this.of(what);
    return { name: `${this.label(what)}: ${what}`, run: () => this.time(what), ...(slow !== undefined && { slow }) };
  }

  close(): void {
    for (const process of this.processes) process.close();
  }

  private of(name: string): Process {
    const process = this.best.get(name);
    if (!process) throw new Error(`Nothing was prepared as ${name}.`);
    return process;
  }
}
