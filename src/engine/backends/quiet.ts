/** TensorFlow.js greets on the console ("Hi, looks like you are running TensorFlow.js in Node.js"): stdout is for results. */
import * as tf from '@tensorflow/tfjs';

/** Production mode leaves out its console messages; correctness checks of shapes stay. */
export const quietTensorFlow = (): void => {
  tf.env().set('PROD', true);
};
