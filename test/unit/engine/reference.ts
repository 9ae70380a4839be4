/** A network, data and a float64 implementation by loops to compare the executor with: no tensors, no autograd. */
import type { Network } from '../../../src/core/network';
import { maskableLayers } from '../../../src/core/network';
import type { OptimizerSettings } from '../../../src/engine/optimizer';
import type { NetworkState } from '../../../src/engine/states';
import type { Batch, StepResult } from '../../../src/engine/training';

const smallLayers = [
  { kind: 'linear', name: 'fc1', in: 7, out: 9 },
  { kind: 'activation', fn: 'tanh' },
  { kind: 'linear', name: 'fc2', in: 9, out: 6 },
  { kind: 'activation', fn: 'relu' },
  { kind: 'linear', name: 'fc3', in: 6, out: 4 },
] as const;

export const smallNetwork: Network = {
  inputs: 7,
  classes: 4,
  layers: [...smallLayers],
};

/** A fixed sequence that looks random enough, between -1 and 1. */
const wave = (i: number): number => {
  const x = Math.sin(i * 12.9898 + 4.1) * 43758.5453;
  return 2 * (x - Math.floor(x)) - 1;
};

export const smallState = (): NetworkState => ({
  others: [],
  layers: maskableLayers(smallNetwork).map(({ name, out, in: columns }, at) => {
    const mask = Uint8Array.from({ length: out * columns }, (_, i) => Number(wave(i + 1000 * at) > -0.2));
    return {
      name,
      rows: out,
      columns,
      weight: Float32Array.from(mask, (kept, i) => kept * wave(i + 77 * at)),
      mask,
      bias: Float32Array.from({ length: out }, (_, i) => 0.1 * wave(i + 5 * at)),
      weightSlots: [new Float32Array(out * columns)],
      biasSlots: [new Float32Array(out)],
    };
  }),
});

export const batchOf = ({ inputs, classes }: Network, size: number, seed: number): Batch => ({
  size,
  x: Float32Array.from({ length: size * inputs }, (_, i) => wave(i + 313 * seed)),
  labels: Uint8Array.from({ length: size }, (_, i) => Math.floor(((wave(i + 17 * seed) + 1) / 2) * classes)),
});

interface Plain {
  step(batch: Batch, learningRate: number): StepResult;
  logits(x: ArrayLike<number>): Float64Array;
  state(): { weight: Float64Array; bias: Float64Array; weightMomentum: Float64Array; biasMomentum: Float64Array }[];
}

type SgdSettings = Pick<OptimizerSettings, 'momentum' | 'nesterov' | 'weightDecay' | 'decayAll'>;

/** Of `smallNetwork`, trained by stochastic gradient descent. */
export function reference({ layers: states }: NetworkState, options: SgdSettings): Plain {
  const network = { ...smallNetwork, layers: smallLayers };
  const layers = states.map(({ weight, bias, mask }) => ({
    mask,
    weight: Float64Array.from(weight),
    bias: Float64Array.from(bias!),
    weightMomentum: new Float64Array(weight.length),
    biasMomentum: new Float64Array(bias!.length),
  }));

  /** Values after each entry of `network.layers`, the input first. */
  const run = (x: ArrayLike<number>): Float64Array[] => {
    const values = [Float64Array.from(x)];
    let next = 0;
    for (const layer of network.layers) {
      const input = values.at(-1)!;
      if (layer.kind === 'activation') {
        const fn = { linear: (v: number) => v, tanh: Math.tanh, relu: (v: number) => Math.max(v, 0) }[layer.fn];
        values.push(input.map((v) => fn(v)));
      } else {
        const { weight, bias } = layers[next++];
        values.push(bias.map((b, o) => input.reduce((sum, v, i) => sum + weight[o * layer.in + i] * v, b)));
      }
    }
    return values;
  };

  const update = (w: Float64Array, v: Float64Array, gradient: Float64Array, rate: number, decay: number): void => {
    w.forEach((value, i) => {
      const g = gradient[i] + decay * value;
      v[i] = options.momentum * v[i] + g;
      w[i] = value - rate * (options.nesterov ? g + options.momentum * v[i] : v[i]);
    });
  };

  return {
    logits: (x) => run(x).at(-1)!,
    state: () => layers,
    step: (batch, rate) => {
      const gradients = layers.map(({ weight, bias }) => ({
        weight: new Float64Array(weight.length),
        bias: new Float64Array(bias.length),
      }));
      let loss = 0;
      let correct = 0;
      for (let n = 0; n < batch.size; n++) {
        const values = run(batch.x.subarray(n * network.inputs, (n + 1) * network.inputs));
        const logits = values.at(-1)!;
        const label = batch.labels[n];
        const total = logits.reduce((sum, v) => sum + Math.exp(v), 0);
        loss += (Math.log(total) - logits[label]) / batch.size;
        if (logits.indexOf(Math.max(...logits)) === label) correct++;
        let back = logits.map((v, k) => (Math.exp(v) / total - Number(k === label)) / batch.size);
        let at = layers.length;
        for (let l = network.layers.length - 1; l >= 0; l--) {
          const layer = network.layers[l];
          const input = values[l];
          const output = values[l + 1];
          if (layer.kind === 'activation') {
            if (layer.fn === 'tanh') back = back.map((g, i) => g * (1 - output[i] ** 2));
            if (layer.fn === 'relu') back = back.map((g, i) => (input[i] > 0 ? g : 0));
          } else {
            const { weight } = layers[--at];
            const gradient = gradients[at];
            const previous = new Float64Array(layer.in);
            back.forEach((g, o) => {
              gradient.bias[o] += g;
              for (let i = 0; i < layer.in; i++) {
                gradient.weight[o * layer.in + i] += g * input[i];
                previous[i] += g * weight[o * layer.in + i];
              }
            });
            back = previous;
          }
        }
      }
      let squares = 0;
      layers.forEach(({ weight, bias, weightMomentum, biasMomentum, mask }, l) => {
        const gradient = gradients[l];
        gradient.weight.forEach((g, i) => (gradient.weight[i] = g * mask[i]));
        for (const list of [gradient.weight, gradient.bias]) list.forEach((g) => (squares += g * g));
        update(weight, weightMomentum, gradient.weight, rate, options.weightDecay);
        update(bias, biasMomentum, gradient.bias, rate, options.decayAll ? options.weightDecay : 0);
      });
      return { loss, accuracy: correct / batch.size, gradientNorm: Math.sqrt(squares) };
    },
  };
}
