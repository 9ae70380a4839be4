/** A thread that computes parts of kernels: a bundle of its own, started by threads.ts. */
import { workerData } from 'node:worker_threads';
import { importsOf, useScratch } from '../../core/kernels/kernels';
import { Control } from './control';
import type { ThreadData } from './threads';

const { index, threads, shared, module, memory, scratch, names } = workerData as ThreadData;
const { exports } = new WebAssembly.Instance(module, importsOf(memory));
type Compiled = (...args: number[]) => void;
useScratch(exports, scratch, 1 + index);
const kernels = names.map((name) => exports[name] as Compiled);
new Control(shared, threads).serve(index, (kernel, args, from, to) => kernels[kernel](...args, from, to));
