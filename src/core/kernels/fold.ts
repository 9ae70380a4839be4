/** Shared weights that lie side by side in the memory, as those of a fold do: see core/rps/recover.ts. */

/**
 * Weight i, from `from` to `to` (last arguments), lies at memory[location + i] and is number first + i of the mapping,
 * whose `key` tells its sign, g: see core/rps/mapping.ts. Products are made in float64 and rounded once, so that every
 * build gives the same bits. `location` and `into` may be negative where `from` makes up for it.
 */
export interface FoldKernels {
  /** out[into + i] = g factor memory[location + i]. */
  recoverFold(
    memory: Float32Array,
    out: Float32Array,
    location: number,
    into: number,
    first: number,
    key: number,
    factor: number,
    from: number,
    to: number,
  ): void;
  /** sums[location + i] += g factor gradient[i]. */
  gatherFold(
    gradient: Float32Array,
    sums: Float64Array,
    location: number,
    first: number,
    key: number,
    factor: number,
    from: number,
    to: number,
  ): void;
}
