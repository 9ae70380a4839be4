/** What is to be reached: so many milliseconds at most, at most so many times what is beside it, or what words say. */
export type Goal = { most: number } | { ratio: number } | { words: string; reached: boolean };

/** One line of the table that `npm run bench` prints. */
export interface BenchRow {
  /** What was done, with its size: `EOI n = 1024, density 0.125`. */
  name: string;
  /** Median over the runs. */
  milliseconds: number;
  runs: number;
  /** What people use for the same today, measured in turns with it; median too. `slow`: why it is not at its best here. */
  beside?: { name: string; milliseconds: number; slow?: string };
  goal?: Goal;
  note?: string;
}

export const median = (values: number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** The row of times measured elsewhere, in milliseconds. */
export const rowOf = (name: string, times: number[], note?: string): BenchRow => ({
  name,
  milliseconds: median(times),
  runs: times.length,
  ...(note !== undefined && { note }),
});

/** Runs `work` once to warm up and `runs` times for the row. */
export const measure = async (name: string, runs: number, work: () => unknown, note?: string): Promise<BenchRow> => {
  await work();
  const times: number[] = [];
  for (let i = 0; i < runs; i++) {
    const began = performance.now();
    await work();
    times.push(performance.now() - began);
  }
  return rowOf(name, times, note);
};

/** Milliseconds that `work` takes. */
export const timed = (work: () => unknown): number => {
  const began = performance.now();
  work();
  return performance.now() - began;
};

type Run = () => number | Promise<number>;

/** What each run answers, one of one and one of the other in turns, so that what else the machine does falls on both; first one of each that warms up. */
async function inTurns(runs: number, one: Run, other: Run): Promise<[ones: number[], others: number[]]> {
  const found: [number[], number[]] = [[], []];
  for (let run = -1; run < runs; run++) {
    const pair = [await one(), await other()];
    if (run >= 0) found.forEach((times, i) => times.push(pair[i]));
  }
  return found;
}

export interface Comparison {
  name: string;
  /** Milliseconds of one run. */
  own: Run;
  /** Nothing where this machine has it not. */
  beside: { name: string; run: Run; slow?: string } | undefined;
  runs: number;
  goal?: Goal;
  note?: string;
}

/** The row of both, in turns. */
export async function compare({ name, own, beside, runs, goal, note }: Comparison): Promise<BenchRow> {
  const [times, others] = await inTurns(runs, own, beside?.run ?? (() => 0));
  const row = rowOf(name, times, beside ? note : noTorch);
  const slow = beside?.slow;
  const found = beside && { name: beside.name, milliseconds: median(others), ...(slow !== undefined && { slow }) };
  return { ...row, ...(found && { beside: found }), ...(goal && { goal }) };
}

const noTorch = 'python3-torch, to be beside it, is not installed';
