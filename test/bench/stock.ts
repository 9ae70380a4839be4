/** Networks of plain TensorFlow.js on its wasm backend as it comes, without any kernel of ours. */
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import type { ConvLayer, Layer, Network } from '../../src/core/network';
import type { Batch } from '../../src/engine/training';

/** The kernels as imported: before any backend is started, and so before ours are installed. */
const stock = new Map(tf.getKernelsForBackend('wasm').map((config) => [config.kernelName, config]));

/** Runs `work` with the kernels of TensorFlow.js in place of ours, where it has its own. */
export function withStock<T>(work: () => T): T {
  const ours = tf.getKernelsForBackend('wasm').filter((config) => {
    const theirs = stock.get(config.kernelName);
    return theirs !== undefined && theirs !== config;
  });
  const put = (configs: readonly tf.KernelConfig[]): void => {
    for (const config of configs) {
      tf.unregisterKernel(config.kernelName, 'wasm');
      tf.registerKernel(config);
    }
  };
  put(ours.map(({ kernelName }) => stock.get(kernelName)!));
  try {
    return work();
  } finally {
    put(ours);
  }
}

type Module = (x: tf.Tensor) => tf.Tensor;

/** By the patches of each tap: the wasm backend has no gradient of a convolution by its weights. */
const tapGradients = (x: tf.Tensor4D, dy: tf.Tensor4D, { kernel: [side], stride }: ConvLayer): tf.Tensor => {
  const [batch, height, width, out] = dy.shape;
  const before = (side - 1) >> 1;
  const [beside, none]: [number, number][] = [
    [before, side - 1 - before],
    [0, 0],
  ];
  const padded = tf.pad(x, [none, beside, beside, none]);
  const flat = tf.reshape(dy, [batch * height * width, out]);
  const taps = Array.from({ length: side * side }, (_, tap) => {
    const from = [0, Math.floor(tap / side), tap % side, 0];
    const to = [batch, from[1] + stride * (height - 1) + 1, from[2] + stride * (width - 1) + 1, x.shape[3]];
    const seen = tf.stridedSlice(padded, from, to, [1, stride, stride, 1]);
    return tf.matMul(tf.reshape(seen, [batch * height * width, x.shape[3]]), flat, true);
  });
  return tf.reshape(tf.stack(taps), [side, side, x.shape[3], out]);
};

function conv(layer: ConvLayer, weight: tf.Variable): Module {
  const { stride } = layer;
  const op = tf.customGrad((...given) => {
    const [x, w, save] = given as unknown as [tf.Tensor4D, tf.Tensor4D, tf.GradSaveFunc];
    save([x, w]);
    return {
      value: tf.conv2d(x, w, stride, 'same'),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [input, own] = saved as [tf.Tensor4D, tf.Tensor4D];
        const gradient = dy as tf.Tensor4D;
        return [tf.conv2dTranspose(gradient, own, input.shape, stride, 'same'), tapGradients(input, gradient, layer)];
      },
    };
  });
  return (x) => op(x, weight);
}

const normal = (shape: number[], fan: number): tf.Variable =>
  tf.variable(tf.randomNormal(shape, 0, Math.sqrt(2 / fan)));

/** The layers of the networks of this bench. */
function moduleOf(layer: Layer): Module {
  if (layer.kind === 'linear') {
    const [weight, bias] = [normal([layer.in, layer.out], layer.in), tf.variable(tf.zeros([layer.out]))];
    return (x) => tf.add(tf.matMul(x, weight), bias);
  }
  if (layer.kind === 'conv') {
    const side = layer.kernel[0];
    return conv(layer, normal([side, side, layer.in, layer.out], side * side * layer.in));
  }
  if (layer.kind === 'norm') {
    const [scale, shift] = [tf.variable(tf.ones([layer.size])), tf.variable(tf.zeros([layer.size]))];
    return (x) => {
      const { mean, variance } = tf.moments(x, [0, 1, 2]);
      return tf.batchNorm(x, mean, variance, shift, scale, 1e-5);
    };
  }
  if (layer.kind === 'activation') return layer.fn === 'relu' ? tf.relu : tf.tanh;
  if (layer.kind === 'pool') return (x) => tf.maxPool(x as tf.Tensor4D, layer.size, layer.stride, 'valid');
  if (layer.kind === 'flatten') return (x) => tf.reshape(x, [x.shape[0], -1]);
  throw new Error(`No ${layer.kind} in plain TensorFlow.js here.`);
}

/** A step of training a dense network, as its manual has it. */
export function stockNetwork({ layers, picture, inputs, classes }: Network, batch: Batch): () => void {
  const modules = layers.map(moduleOf);
  const [channels, height, width] = picture ?? [inputs, 1, 1];
  const shape = layers[0].kind === 'linear' ? [inputs] : [height, width, channels];
  const x = tf.tensor(batch.x, [batch.size, ...shape]);
  const labels = tf.oneHot(tf.tensor1d([...batch.labels], 'int32'), classes);
  const optimizer = tf.train.momentum(1e-4, 0.9);
  return () => {
    const cost = optimizer.minimize(() => {
      const logits = modules.reduce<tf.Tensor>((value, module) => module(value), x);
      return tf.losses.softmaxCrossEntropy(labels, logits);
    }, true);
    cost?.dataSync();
    cost?.dispose();
  };
}
