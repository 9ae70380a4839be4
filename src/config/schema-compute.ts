/** `compute`: what computes a run. */
import type { ObjectSchema } from './schema-types';

export const compute = {
  kind: 'object',
  doc: 'What computes the run.',
  later: ['threads'],
  keys: {
    backend: {
      kind: 'enum',
      values: ['auto', 'sparse', 'tensorflow-gpu', 'webgpu', 'tensorflow', 'wasm', 'cpu'],
      aka: ['executor', 'device'],
      valueDocs: {
        auto: 'A GPU where there is one; else `sparse` where at most half of the weights are kept and none are shared; else `tensorflow` or `wasm`.',
        sparse:
          'Kernels of our own on the processor: products of kept weights only, whose time and memory go with their number.',
        'tensorflow-gpu': 'TensorFlow by CUDA, once **Install GPU Engine** has fetched it.',
        webgpu: 'WebGPU, on any GPU that has a driver for Vulkan, Metal or Direct3D 12.',
        tensorflow: 'TensorFlow on the processor, once **Install GPU Engine** has fetched it.',
        wasm: 'TensorFlow.js in WebAssembly.',
        cpu: 'TensorFlow.js in plain JavaScript: slow, to compare with.',
      },
      default: 'auto',
      doc:
        'What computes the updates. All make the same steps up to rounding, and a run goes on with the one it began with; ' +
        '`run.json` says which that is, and why. What is named here is taken in place of the setting `sparsescope.backend`.',
    },
  },
} as const satisfies ObjectSchema;
