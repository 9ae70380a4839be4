/** One line of the table that `npm run bench` prints. */
export interface BenchRow {
  /** What was done, with its size: `EOI n = 1024, density 0.125`. */
  name: string;
  /** Median over the runs. */
  milliseconds: number;
  runs: number;
  note?: string;
}

const median = (values: number[]): number => {
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
