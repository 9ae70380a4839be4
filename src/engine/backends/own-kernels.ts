/**
 * Operations of our own, registered with each backend: written once, by loops over typed arrays that a backend hands
 * over; on wasm those are views of its heap, so that nothing is copied. Measured with TensorFlow.js 4.22.0.
 */
import * as tf from '@tensorflow/tfjs';
import type { HeapKernels } from './heap-kernels';

/** How a backend hands over the values of a tensor, and makes a new one. */
export interface Memory {
  read(info: tf.TensorInfo): Float32Array;
  /** Before anything is read: what was handed over may move when memory grows. */
  make(shape: number[]): { info: tf.TensorInfo; values: () => Float32Array };
  /** Where kernels of ours compute in it. */
  kernels?: HeapKernels | undefined;
}

/** The backend that computes. */
export interface Place {
  name: string;
  backend: { disposeData(dataId: object): boolean };
}

/** A backend whose values can be reached. */
export type Reachable = Place & { memory: Memory };

/** How each input is differentiated; only those that are asked for are. */
interface Gradient<A> {
  inputs: number;
  /** Whether the inputs are needed for it, and so have to be kept. */
  keeps: boolean;
  of: (dy: tf.Tensor, inputs: readonly tf.Tensor[], attributes: A) => readonly (() => tf.Tensor)[];
}

/** Inputs in the order of the operation. */
export type Compute<A, P extends Place = Place> = (
  inputs: readonly tf.TensorInfo[],
  attributes: A,
  place: P,
) => tf.TensorInfo;

/** One operation; `A`: what it is told beside its inputs. */
export interface OwnKernel<A> {
  name: string;
  compute: Compute<A, Reachable>;
  gradient?: Gradient<A>;
}

/**
 * What loops over values compute; what `fill` is given to write to holds whatever was there before. `kernels`: compiled
 * ones of ours, where the backend's memory has them.
 */
export interface Loops<A> {
  shapeOf: (attributes: A) => number[];
  fill: (inputs: readonly Float32Array[], to: Float32Array, attributes: A, kernels: HeapKernels | undefined) => void;
}

export const byLoops = <A>(name: string, { shapeOf, fill }: Loops<A>, gradient?: Gradient<A>): OwnKernel<A> => ({
  name,
  compute: (inputs, attributes, { memory }) => {
    const { info, values } = memory.make(shapeOf(attributes));
    const given = inputs.map((input) => memory.read(input));
    fill(given, values(), attributes, memory.kernels);
    return info;
  },
  ...(gradient && { gradient }),
});

type KernelCall = { inputs: tf.NamedTensorInfoMap; backend: unknown; attrs?: tf.NamedAttrMap | undefined };

/** Of the first, second, ... input: their order is that of their names. */
const nameOf = (index: number): string => `x${index}`;

const registered = new Set<string>();

/** Registers an operation for a backend that hands over its values, once a process. */
export const register = <A>(kernel: OwnKernel<A>, name: string, memoryOf: (backend: unknown) => Memory): void =>
  registerAs(kernel, name, (inputs, attributes, { backend }) =>
    kernel.compute(inputs, attributes, { name, backend, memory: memoryOf(backend) }),
  );

/** The same for a backend that computes it in its own way. */
export function registerAs<A>(
  { name: kernelName, gradient }: OwnKernel<A>,
  backendName: string,
  compute: Compute<A>,
): void {
  const key = `${backendName}/${kernelName}`;
  if (registered.has(key)) return;
  registered.add(key);
  const kernelFunc = ({ inputs, backend, attrs }: KernelCall): tf.TensorInfo =>
    compute(
      Object.values(inputs).map((input) => input!),
      attrs as unknown as A,
      { name: backendName, backend: backend as Place['backend'] },
    );
  tf.registerKernel({ kernelName, backendName, kernelFunc });
  if (!gradient) return;
  const names = Array.from({ length: gradient.inputs }, (_, i) => nameOf(i));
  const gradFunc: tf.GradFunc = (dy, saved, attributes) => {
    const gradients = gradient.of(dy as tf.Tensor, saved, attributes as unknown as A);
    return Object.fromEntries(names.map((name, i) => [name, gradients[i]]));
  };
  tf.registerGradient({ kernelName, inputsToSave: gradient.keeps ? names : [], gradFunc });
}

/** Whether the backend in use computes it. */
export const offered = <A>({ name }: OwnKernel<A>): boolean => registered.has(`${tf.getBackend()}/${name}`);

/** Inputs in the order in which the operation takes them. */
export const run = <A>({ name }: OwnKernel<A>, inputs: readonly tf.Tensor[], attributes: A): tf.Tensor =>
  tf
    .engine()
    .runKernel(
      name,
      Object.fromEntries(inputs.map((input, i) => [nameOf(i), input])),
      attributes as unknown as tf.NamedAttrMap,
    );
