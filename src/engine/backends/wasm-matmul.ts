/**
 * Matrix products of transposed operands on the wasm backend.
 *
 * Its BatchMatMul hands plain products to XNNPACK (25 to 40 GFLOP/s), but transposed ones, which every gradient needs,
 * to naive loops (0.5 to 3 GFLOP/s), so a training step of an MLP takes 8 times as long as it could. Transposing first
 * and multiplying plainly costs one pass over the operand. Measured with TensorFlow.js 4.22.0. It can be taken away when the
 * wasm backend of TensorFlow.js hands transposed products to XNNPACK too.
 */
import * as tf from '@tensorflow/tfjs';

const kernelName = 'BatchMatMul';
const backendName = 'wasm';

interface DataOwner {
  disposeData(dataId: object): boolean;
}

type Kernel = (p: { inputs: tf.NamedTensorInfoMap; backend: DataOwner; attrs: tf.NamedAttrMap }) => tf.TensorInfo;

const kernel = (name: string): Kernel => {
  const found = tf.getKernel(name, backendName);
  return found.kernelFunc as unknown as Kernel;
};

let installed = false;

/** Replaces the kernel, once a process; the wasm backend must be registered. */
export function installTransposedMatMul(): void {
  if (installed) return;
  installed = true;
  const config = tf.getKernel(kernelName, backendName);
  const plain = kernel(kernelName);
  const transpose = kernel('Transpose');

  const product: Kernel = ({ inputs, backend, attrs }) => {
    const made: tf.TensorInfo[] = [];
    const straight = (x: tf.TensorInfo, transposed: boolean): tf.TensorInfo => {
      if (!transposed) return x;
      const rank = x.shape.length;
      const perm = [...x.shape.keys()];
      [perm[rank - 2], perm[rank - 1]] = [rank - 1, rank - 2];
      const y = transpose({ inputs: { x }, backend, attrs: { perm } });
      made.push(y);
      return y;
    };
    const a = straight(inputs['a']!, attrs['transposeA'] === true);
    const b = straight(inputs['b']!, attrs['transposeB'] === true);
    const out = plain({ inputs: { a, b }, backend, attrs: { transposeA: false, transposeB: false } });
    for (const { dataId } of made) backend.disposeData(dataId);
    return out;
  };

  tf.unregisterKernel(kernelName, backendName);
  // The setup function has bound the WebAssembly function already: binding it again is harmless.
  tf.registerKernel({ ...config, kernelFunc: product as unknown as tf.KernelFunc });
}
