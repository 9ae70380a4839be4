/** One line of the table that `npm run bench` prints. */
export interface BenchRow {
  /** What was done, with its size: `EOI n = 1024, density 0.125`. */
  name: string;
  /** Median over the runs. */
  milliseconds: number;
  runs: number;
  /** What people use for the same today, measured in turns with it; median too. */
  beside?: { name: string; milliseconds: number };
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

/** The row of what took `times`, and `beside` what took `others`, each measured just before or after. */
export const besideOf = (name: string, times: number[], beside: string, others: number[], note?: string): BenchRow => ({
  ...rowOf(name, times, note),
  beside: { name: beside, milliseconds: median(others) },
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
