/** TensorFlow.js in plain JavaScript: slow, always there, what the others are compared with. */
import * as tf from '@tensorflow/tfjs';
import { words } from '../errors';
import { installOwnKernels } from './install';
import { offerValues } from './in-place';
import { quietTensorFlow } from './quiet';
import type { Backend } from './backend';

/** What of the backend's own class is used. */
interface Arrays {
  data: { get(dataId: object): { values?: unknown } };
  makeTensorInfo(shape: number[], dtype: 'float32', values: Float32Array): tf.TensorInfo;
}

const arrayMemory = (backend: unknown) => {
  const arrays = backend as Arrays;
  return {
    read: ({ dataId }: tf.TensorInfo) => arrays.data.get(dataId).values as Float32Array,
    make: (shape: number[]) => {
      const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
      return { info: arrays.makeTensorInfo(shape, 'float32', values), values: () => values };
    },
  };
};

export const cpu: Backend = {
  name: 'cpu',
  available: () => Promise.resolve({ ok: true, reason: words.cpu }),
  start: async () => {
    quietTensorFlow();
    await tf.setBackend('cpu');
    installOwnKernels('cpu', arrayMemory);
    offerValues('cpu', (backend) => arrayMemory(backend).read);
    return { version: tf.version.tfjs };
  },
};
