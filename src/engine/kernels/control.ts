/**
 * What the threads of a pool tell each other, in shared memory: one job at a time, which who is free takes parts of.
 */

/** Fields of the control words. */
const field = {
  /** Counts jobs; threads wait for it to change. */
  job: 0,
  /** 1 while parts of the job may be taken. */
  open: 1,
  /** Where the next part begins. */
  next: 2,
  /** How often a thread has left a job; the main thread waits for it to change. */
  left: 3,
  /** 1 when a part could not be computed. */
  failed: 4,
  /** How many threads have started. */
  started: 5,
  /** How many more threads may take parts of the job. */
  seats: 6,
  /** From here on: 1 while thread i is in the job. */
  inside: 7,
} as const;

/** Floats of a job before its arguments: kernel, end, part, count of arguments. */
const head = 4;
const mostArguments = 24;

export interface Job {
  /** Index of the kernel in the names that the pool was made with. */
  kernel: number;
  /** Without the range. */
  args: readonly number[];
  from: number;
  to: number;
  part: number;
  /** Threads that may take parts of it besides the main one; all by default. */
  others?: number;
}

export type Compute = (kernel: number, args: readonly number[], from: number, to: number) => void;

export class Control {
  private readonly words: Int32Array;
  private readonly job: Float64Array;

  /** `shared`: of `bytesFor` as many threads. */
  constructor(
    readonly shared: SharedArrayBuffer,
    private readonly threads: number,
  ) {
    this.job = new Float64Array(shared, 0, head + mostArguments);
    this.words = new Int32Array(shared, this.job.byteLength, field.inside + threads);
  }

  static for(threads: number): Control {
    return new Control(new SharedArrayBuffer(8 * (head + mostArguments) + 4 * (field.inside + threads)), threads);
  }

  get started(): number {
    return Atomics.load(this.words, field.started);
  }

  /** Whether a part could not be computed. */
  get failed(): boolean {
    return Atomics.load(this.words, field.failed) === 1;
  }

  /** Opens a job to the other threads, of which none is in one. */
  open({ kernel, args, from, to, part, others = this.threads }: Job): void {
    this.job.set([kernel, to, part, args.length, ...args]);
    Atomics.store(this.words, field.next, from);
    Atomics.store(this.words, field.seats, others);
    Atomics.store(this.words, field.open, 1);
    Atomics.add(this.words, field.job, 1);
    Atomics.notify(this.words, field.job, others);
  }

  /** Whether one more thread may take parts of the job: of one that is open, and not for too many already. */
  enter(): boolean {
    return Atomics.load(this.words, field.open) === 1 && Atomics.sub(this.words, field.seats, 1) > 0;
  }

  /** Computes parts of the open job until none is left. */
  take(compute: Compute): void {
    const [kernel, to, part, count] = this.job;
    const args = [...this.job.subarray(head, head + count)];
    for (;;) {
      const from = Atomics.add(this.words, field.next, part);
      if (from >= to) return;
      compute(kernel, args, from, Math.min(to, from + part));
    }
  }

  /**
   * Lets no thread in any more, and waits for those inside. Answers whether all parts are computed: not where one is
   * lost.
   */
  close(patience: number): boolean {
    Atomics.store(this.words, field.open, 0);
    for (let spin = 0; spin < 2000; spin++) if (!this.anyInside()) return !this.failed;
    const end = performance.now() + patience;
    for (;;) {
      const left = Atomics.load(this.words, field.left);
      if (!this.anyInside()) return !this.failed;
      const rest = end - performance.now();
      if (rest <= 0) return false;
      Atomics.wait(this.words, field.left, left, rest);
    }
  }

  /** The life of thread `index`, until it is ended from outside. */
  serve(index: number, compute: Compute): never {
    Atomics.add(this.words, field.started, 1);
    let seen = 0;
    for (;;) {
      for (let spin = 0; spin < 5000 && Atomics.load(this.words, field.job) === seen; spin++);
      Atomics.wait(this.words, field.job, seen);
      seen = Atomics.load(this.words, field.job);
      // The main thread looks who is inside after it has closed the job: so one of both sees the other.
      Atomics.store(this.words, field.inside + index, 1);
      try {
        if (this.enter()) this.take(compute);
      } catch {
        // The main thread computes it again, and says what fails if it does so there too.
        Atomics.store(this.words, field.failed, 1);
      }
      Atomics.store(this.words, field.inside + index, 0);
      Atomics.add(this.words, field.left, 1);
      Atomics.notify(this.words, field.left);
    }
  }

  private anyInside(): boolean {
    for (let i = 0; i < this.threads; i++) if (Atomics.load(this.words, field.inside + i) === 1) return true;
    return false;
  }
}
