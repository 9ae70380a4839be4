/**
 * Sums of many tensors on the webgpu backend. TensorFlow.js gives them all to one shader, and WebGPU lets a shader see
 * eight buffers, the result among them: a ninth is refused. Seen with TensorFlow.js 4.22.0. It can be taken away when
 * the webgpu backend of TensorFlow.js adds in parts.
 */
import * as tf from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';

const kernelName = 'AddN';

let installed = false;

/** Replaces the kernel, once a process; the kernels of the webgpu backend must be registered. */
export function installAddN(backendName: string): void {
  if (installed) return;
  installed = true;
  const config = tf.getKernel(kernelName, backendName);
  const plain = config.kernelFunc;
  const sum: tf.KernelFunc = ({ inputs, backend, attrs }) => {
    const gpu = backend as Pick<WebGPUBackend, 'device' | 'disposeData'>;
    const most = gpu.device.limits.maxStorageBuffersPerShaderStage - 1;
    // An array at run time, whatever the types say.
    const rest = [...(inputs as unknown as tf.TensorInfo[])];
    const add = (some: tf.TensorInfo[]): tf.TensorInfo =>
      plain({ inputs: some as unknown as tf.NamedTensorInfoMap, backend, attrs }) as tf.TensorInfo;
    let total = add(rest.splice(0, most));
    while (rest.length > 0) {
      const before = total;
      total = add([before, ...rest.splice(0, most - 1)]);
      gpu.disposeData(before.dataId);
    }
    return total;
  };
  tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({ ...config, kernelFunc: sum });
}
