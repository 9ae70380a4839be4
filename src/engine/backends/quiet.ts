/**
 * TensorFlow.js greets on the console ("Hi, looks like you are running TensorFlow.js in Node.js"): stdout is for
 * results.
 */
import * as tf from '@tensorflow/tfjs';

/** Production mode leaves out its console messages; correctness checks of shapes stay. */
export const quietTensorFlow = (): void => {
  tf.env().set('PROD', true);
};

const streams = ['log', 'warn', 'error'] as const;

/** Does `work` and answers what it printed meanwhile; what it printed with keeps printing when that is over. */
export async function overheard<T>(work: () => Promise<T>): Promise<{ answer: T; lines: string[] }> {
  const lines: string[] = [];
  const before = { ...console };
  let over = false;
  for (const name of streams)
    console[name] = (...said: unknown[]) => {
      if (over) before[name](...said);
      else lines.push(said.map(String).join(' '));
    };
  try {
    return { answer: await work(), lines };
  } finally {
    over = true;
    Object.assign(console, before);
  }
}
