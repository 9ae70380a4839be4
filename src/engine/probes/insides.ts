/** What goes on within a network for one batch as far as a watch asks for it: one way forward, no gradients. */
import * as tf from '@tensorflow/tfjs';
import type { Network } from '../../core/network';
import type { Parts } from '../../core/parts';
import type { Insides } from '../../core/rps/diagnosis/insides';
import type { Lent } from '../held-network';
import { forward } from '../network';
import type { Pass } from '../network';
import type { Batch } from '../training';
import { activationOwners } from './layer-signals';

/** Of an empty tensor -Infinity; no finite number where any is none. */
const largest = (of: tf.Tensor): number => (of.dataSync() as Float32Array).reduce((a, b) => Math.max(a, b), -Infinity);

/**
 * Batch norms take the statistics of each part, as in training, and their running averages stay as they are; nothing
 * else is changed either.
 */
export function* insides(network: Network, { tensors, pass }: Lent, parts: Iterable<Batch>): Parts<Insides> {
  const owners = [...activationOwners(network.layers)];
  const zeros = new Map<string, { zeros: number; values: number }>();
  const batches = new Map<string, number>();
  for (const { x, size } of parts) {
    let next = 0;
    const looking: Pass = {
      ...pass,
      onBatch: (name, { variance }) => {
        batches.set(name, Math.max(batches.get(name) ?? 0, largest(variance)));
      },
      onActivation: (_, activated) => {
        const { of } = owners[next++];
        if (of === undefined) return;
        const before = zeros.get(of) ?? { zeros: 0, values: 0 };
        const own = tf.tidy(() => tf.sum(tf.cast(tf.equal(activated, 0), 'int32')).dataSync()[0]);
        zeros.set(of, { zeros: before.zeros + own, values: before.values + activated.size });
      },
    };
    tf.tidy(() => void forward(network, looking, tf.tensor2d(x, [size, network.inputs])));
    yield;
  }
  return {
    zeros: [...zeros].map(([layer, own]) => ({ layer, share: own.zeros / own.values })),
    variances: tensors.others.flatMap(({ name, running }) =>
      running ? [{ layer: name, running: largest(running.variance), batch: batches.get(name)! }] : [],
    ),
  };
}
