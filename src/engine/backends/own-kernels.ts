/**
 * Operations of our own, registered with each backend: written once, by loops over typed arrays that a backend hands over;
 * on wasm those are views of its heap, so that nothing is copied. Measured with TensorFlow.js 4.22.0.
 */
import * as tf from '@tensorflow/tfjs';

/** How a backend hands over the values of a tensor, and makes a new one. */
export interface Memory {
  read(info: tf.TensorInfo): Float32Array;
  /** Before anything is read: what was handed over may move when memory grows. */
  make(shape: number[]): { info: tf.TensorInfo; values: () => Float32Array };
}

/** One operation; `A`: what it is told beside its inputs. */
export interface OwnKernel<A> {
  name: string;
  shapeOf(attributes: A): number[];
  /** `to` holds whatever was there before. */
  fill(inputs: readonly Float32Array[], to: Float32Array, attributes: A): void;
}

type KernelCall = { inputs: tf.NamedTensorInfoMap; backend: unknown; attrs?: tf.NamedAttrMap | undefined };

/** Registers an operation for a backend. */
export function register<A>(
  { name: kernelName, shapeOf, fill }: OwnKernel<A>,
  backendName: string,
  memoryOf: (backend: unknown) => Memory,
): void {
  if (tf.getKernel(kernelName, backendName)) return;
  const kernelFunc = ({ inputs, backend, attrs }: KernelCall): tf.TensorInfo => {
    const attributes = attrs as unknown as A;
    const memory = memoryOf(backend);
    const { info, values } = memory.make(shapeOf(attributes));
    const given = Object.values(inputs).map((input) => memory.read(input!));
    fill(given, values(), attributes);
    return info;
  };
  tf.registerKernel({ kernelName, backendName, kernelFunc });
}

/** Inputs in the order in which `fill` takes them. */
export const run = <A>({ name }: OwnKernel<A>, inputs: readonly tf.Tensor[], attributes: A): tf.Tensor =>
  tf
    .engine()
    .runKernel(
      name,
      Object.fromEntries(inputs.map((input, i) => [`x${i}`, input])),
      attributes as unknown as tf.NamedAttrMap,
    );
