/** `compute`: what computes a run. */
import { mostThreads } from '../core/kernels/work';
import type { ObjectSchema } from './schema-types';

export const compute = {
  kind: 'object',
  doc: 'What computes the run.',
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
    threads: {
      kind: 'union',
      default: 'auto',
      unit: 'threads',
      aka: ['num_threads', 'n_jobs', 'workers', 'cores'],
      of: [
        {
          kind: 'enum',
          values: ['auto'],
          valueDocs: { auto: 'As many as there are cores, 8 at most; each call is split while that is quicker.' },
          doc: 'As many as pay.',
        },
        { kind: 'integer', min: 1, max: mostThreads, unit: 'threads', doc: 'So many at most.' },
      ],
      doc:
        'Threads that `sparse` computes with, and whatever the backend the drawing of orthogonal weights and singular values, that of the engine included: never more ' +
        'than there are cores, nor, in a sweep, than the share of a trial, whose processes have the cores among them. Results are the same to the bit by any number. ' +
        'TensorFlow.js has its own.',
    },
  },
} as const satisfies ObjectSchema;
