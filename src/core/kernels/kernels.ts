/**
 * The hot loops. Each is written twice behind one interface: in AssemblyScript (assembly/), compiled to WebAssembly
 * with SIMD, and in plain TypeScript (plain/), which computes where WebAssembly is refused and which tests compare
 * with. The compiled ones take only arrays of their own `room`.
 */
import type { ActivateKernels } from './activate';
import type { AttendKernels } from './attend';
import type { BandKernels } from './band';
import type { BidiagonalKernels } from './bidiagonal';
import type { CorrelateKernels } from './correlate';
import type { DenseKernels } from './dense';
import type { FoldKernels } from './fold';
import type { FrameKernels } from './frames';
import type { KernelKind } from './kind';
import type { NormKernels } from './norm';
import { plainActivate } from './plain/activate';
import { plainAttend } from './plain/attend';
import { plainBand } from './plain/band';
import { plainBidiagonal } from './plain/bidiagonal';
import { plainCorrelate } from './plain/correlate';
import { plainDense } from './plain/dense';
import { plainFold } from './plain/fold';
import { plainFrames } from './plain/frames';
import { plainNorm } from './plain/norm';
import { plainPool } from './plain/pool';
import { plainQd } from './plain/qd';
import { plainRotations } from './plain/rotations';
import { plainRows } from './plain/rows';
import { plainTrain } from './plain/train';
import type { PoolKernels } from './pool';
import type { QdKernels } from './qd';
import type { RotationKernels } from './rotations';
import type { RowKernels } from './rows';
import type { TrainKernels } from './train';
import { MemoryRoom, PlainRoom } from './room';
import type { Memory, Room } from './room';

export type KernelFunctions = ActivateKernels &
  AttendKernels &
  BandKernels &
  BidiagonalKernels &
  CorrelateKernels &
  DenseKernels &
  FoldKernels &
  FrameKernels &
  NormKernels &
  PoolKernels &
  QdKernels &
  RotationKernels &
  RowKernels &
  TrainKernels;

export interface Kernels extends KernelFunctions {
  kind: KernelKind;
  room: Room;
  /** How many may compute parts of a call at a time: each has a number, from 0 on, and scratch of its own. */
  instances: number;
}

const plainFunctions: KernelFunctions = {
  ...plainActivate,
  ...plainAttend,
  ...plainBand,
  ...plainBidiagonal,
  ...plainCorrelate,
  ...plainDense,
  ...plainFold,
  ...plainFrames,
  ...plainNorm,
  ...plainPool,
  ...plainQd,
  ...plainRotations,
  ...plainRows,
  ...plainTrain,
};

export const plainKernels = (): Kernels => ({
  kind: 'plain',
  room: new PlainRoom(),
  instances: 1,
  ...plainFunctions,
});

type Argument = ArrayBufferView | number | undefined;
type Compiled = (...args: number[]) => number | undefined;

/** What the module takes for arrays of its room; 0 stands for none. */
export const addressesOf = (args: readonly Argument[]): number[] =>
  args.map((arg) => (typeof arg === 'number' ? arg : (arg?.byteOffset ?? 0)));

/** With arrays instead of addresses. */
const withArrays =
  (compiled: Compiled) =>
  (...args: Argument[]): number | undefined =>
    compiled(...addressesOf(args));

/** What a module of the kernels is given. */
export const importsOf = <M>(
  memory: M,
): { env: { memory: M } & Record<'Math.cos' | 'Math.sin', (radians: number) => number> } => ({
  env: { memory, 'Math.cos': Math.cos, 'Math.sin': Math.sin },
});

/** What a module of the kernels exports. */
export type Exports = Readonly<Record<string, unknown>>;

/** The functions of a module with these names, over arrays of the memory it was given. */
export const compiledFunctions = (exports: Exports, names: readonly string[]): unknown =>
  Object.fromEntries(names.map((name) => [name, withArrays(exports[name] as Compiled)]));

export const scratchFloatsOf = (exports: Exports): number => (exports['scratchFloats'] as () => number)();

/**
 * Each instance of the module packs into an array of its own, whichever thread it computes in. `number`: of the
 * instance, from 0 on.
 */
export const useScratch = (exports: Exports, address: number, number: number): void =>
  (exports['useScratch'] as (address: number, number: number) => void)(address, number);

/** Kernels of a module that was given `memory`. */
export const compiledKernels = (kind: KernelKind, exports: Exports, memory: Memory): Kernels => {
  const own = (exports['ownBytes'] as () => number)();
  const room = new MemoryRoom(memory, own);
  useScratch(exports, room.float32(scratchFloatsOf(exports)).byteOffset, 0);
  return { kind, room, instances: 1, ...(compiledFunctions(exports, Object.keys(plainFunctions)) as KernelFunctions) };
};
