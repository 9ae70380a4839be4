/** TensorFlow.js in plain JavaScript: slow, always there, what the others are compared with. */
import * as tf from '@tensorflow/tfjs';
import { words } from '../errors';
import { quietTensorFlow } from './quiet';
import type { Backend } from './backend';

export const cpu: Backend = {
  name: 'cpu',
  available: () => Promise.resolve({ ok: true, reason: words.cpu }),
  start: async () => {
    quietTensorFlow();
    await tf.setBackend('cpu');
    return { version: tf.version.tfjs };
  },
};
