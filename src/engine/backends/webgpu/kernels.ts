/** The operations of our own (patches.ts, depthwise.ts, rows.ts) as shaders: what each computes is said there. */
import type { TensorInfo } from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { depthwiseKernels } from '../depthwise';
import type { Place } from '../own-kernels';
import { registerAs } from '../own-kernels';
import type { PatchLayout } from '../patches';
import { patchKernels, productOf } from '../patches';
import { rowKernels } from '../rows';
import { runShader } from './program';
import type { Shader } from './program';

const gpu = ({ backend }: Place): WebGPUBackend => backend as unknown as WebGPUBackend;

/** A table on the GPU, and for each place of the input which entries look at it. */
interface Tables {
  table: TensorInfo;
  /** From `starts[place]` to `starts[place + 1]` of `entries`: flat indices of the table. */
  starts: TensorInfo;
  entries: TensorInfo;
}

/** Of each backend: after a lost device there is another one. Tables are few, one for each way of looking, and stay. */
const uploaded = new WeakMap<WebGPUBackend, WeakMap<Int32Array, Tables>>();

function tablesOf(backend: WebGPUBackend, table: Int32Array, places: number): Tables {
  const known = uploaded.get(backend) ?? new WeakMap<Int32Array, Tables>();
  uploaded.set(backend, known);
  const upload = (values: Int32Array): TensorInfo => backend.makeTensorInfo([values.length], 'int32', values);
  const found = known.get(table) ?? { table: upload(table), ...inverse(table, places, upload) };
  known.set(table, found);
  return found;
}

function inverse(
  table: Int32Array,
  places: number,
  upload: (values: Int32Array) => TensorInfo,
): Pick<Tables, 'starts' | 'entries'> {
  const starts = new Int32Array(places + 1);
  for (const place of table) if (place >= 0) starts[place + 1]++;
  for (let place = 0; place < places; place++) starts[place + 1] += starts[place];
  const next = starts.slice();
  // A buffer has at least one number.
  const entries = new Int32Array(Math.max(1, starts[places]));
  table.forEach((place, at) => {
    if (place >= 0) entries[next[place]++] = at;
  });
  return { starts: upload(starts), entries: upload(entries) };
}

const gather: Shader = {
  name: 'gather',
  inputs: ['x', 'tapTable'],
  numbers: ['taps', 'each', 'outputs', 'batch', 'places', 'channels'],
  body: `
  let width = uniforms.taps * uniforms.each;
  let within = index % width;
  let row = index / width;
  let example = row / uniforms.outputs;
  let place = tapTable[(row % uniforms.outputs) * uniforms.taps + within / uniforms.each];
  if (place < 0) { return 0.0; }
  let channel = (example / uniforms.batch) * uniforms.each + within % uniforms.each;
  return x[((example % uniforms.batch) * uniforms.places + place) * uniforms.channels + channel];`,
};

const scatter: Shader = {
  name: 'scatter',
  inputs: ['dy', 'starts', 'entries'],
  numbers: gather.numbers,
  body: `
  let channel = index % uniforms.channels;
  let row = index / uniforms.channels;
  let place = row % uniforms.places;
  let width = uniforms.taps * uniforms.each;
  let example = (channel / uniforms.each) * uniforms.batch + row / uniforms.places;
  let first = example * uniforms.outputs * width + channel % uniforms.each;
  var sum = 0.0;
  for (var k = starts[place]; k < starts[place + 1]; k = k + 1) {
    sum = sum + dy[first + entries[k] * uniforms.each];
  }
  return sum;`,
};

const depthwise: Shader = {
  name: 'depthwise',
  inputs: ['x', 'w', 'tapTable'],
  numbers: ['taps', 'outputs', 'places', 'channels'],
  body: `
  let channel = index % uniforms.channels;
  let row = index / uniforms.channels;
  let first = (row / uniforms.outputs) * uniforms.places;
  let entry = (row % uniforms.outputs) * uniforms.taps;
  var sum = 0.0;
  for (var tap = 0; tap < uniforms.taps; tap = tap + 1) {
    let place = tapTable[entry + tap];
    if (place >= 0) {
      sum = sum + x[(first + place) * uniforms.channels + channel] * w[tap * uniforms.channels + channel];
    }
  }
  return sum;`,
};

const depthwiseByInput: Shader = {
  name: 'depthwise by input',
  inputs: ['dy', 'w', 'starts', 'entries'],
  numbers: depthwise.numbers,
  body: `
  let channel = index % uniforms.channels;
  let row = index / uniforms.channels;
  let place = row % uniforms.places;
  let first = (row / uniforms.places) * uniforms.outputs;
  var sum = 0.0;
  for (var k = starts[place]; k < starts[place + 1]; k = k + 1) {
    let output = first + entries[k] / uniforms.taps;
    let tap = entries[k] % uniforms.taps;
    sum = sum + dy[output * uniforms.channels + channel] * w[tap * uniforms.channels + channel];
  }
  return sum;`,
};

const threads = 64;

const depthwiseByWeight: Shader = {
  name: 'depthwise by weight',
  inputs: ['dy', 'x', 'tapTable'],
  numbers: [...depthwise.numbers, 'batch'],
  threads,
  body: `
  let channel = index % uniforms.channels;
  let tap = index / uniforms.channels;
  var sum = 0.0;
  for (var row = thread; row < uniforms.batch * uniforms.outputs; row = row + ${threads}) {
    let place = tapTable[(row % uniforms.outputs) * uniforms.taps + tap];
    if (place >= 0) {
      let at = (row / uniforms.outputs) * uniforms.places + place;
      sum = sum + dy[row * uniforms.channels + channel] * x[at * uniforms.channels + channel];
    }
  }
  return sum;`,
};

const rows: Shader = {
  name: 'rows',
  inputs: ['rowTable', 'numbers'],
  numbers: ['width'],
  body: `
  return rowTable[i32(numbers[index / uniforms.width]) * uniforms.width + index % uniforms.width];`,
};

const rowsByTable: Shader = {
  name: 'rows by table',
  inputs: ['dy', 'numbers'],
  numbers: ['width', 'tokens'],
  threads,
  body: `
  let row = f32(index / uniforms.width);
  let column = index % uniforms.width;
  var sum = 0.0;
  for (var token = thread; token < uniforms.tokens; token = token + ${threads}) {
    if (numbers[token] == row) { sum = sum + dy[token * uniforms.width + column]; }
  }
  return sum;`,
};

type Pictures = [batch: number, height: number, width: number, channels: number];

const patchNumbers = ({ table, taps, channels, groups }: PatchLayout, [batch, height, width]: Pictures): number[] => [
  taps,
  channels / groups,
  table.length / taps,
  batch,
  height * width,
  channels,
];

function gathered(x: TensorInfo, layout: PatchLayout, shape: Pictures, place: Place): TensorInfo {
  const [taps, each, outputs, batch, places] = patchNumbers(layout, shape);
  const { table } = tablesOf(gpu(place), layout.table, places);
  return runShader(gpu(place), gather, {
    inputs: [x, table],
    numbers: patchNumbers(layout, shape),
    shape: [layout.groups, batch * outputs, taps * each],
  });
}

function installPatches(name: string): void {
  const [gathering, scattering, multiplying] = patchKernels;
  registerAs(gathering, name, ([x], { layout, shape }, place) => gathered(x, layout, shape, place));
  registerAs(scattering, name, ([dy], { layout, shape }, place) => {
    const { starts, entries } = tablesOf(gpu(place), layout.table, shape[1] * shape[2]);
    return runShader(gpu(place), scatter, {
      inputs: [dy, starts, entries],
      numbers: patchNumbers(layout, shape),
      shape: [...shape],
    });
  });
  registerAs(multiplying, name, ([x, weight], { layout, shape }, place) =>
    productOf(gathered(x, layout, shape, place), weight, place),
  );
}

function installDepthwise(name: string): void {
  const [forward, byInput, byWeight] = depthwiseKernels;
  const numbersOf = (table: Int32Array, taps: number, [, height, width, channels]: Pictures): number[] => [
    taps,
    table.length / taps,
    height * width,
    channels,
  ];
  registerAs(forward, name, ([x, w], { table, taps, shape }, place) =>
    runShader(gpu(place), depthwise, {
      inputs: [x, w, tablesOf(gpu(place), table, shape[1] * shape[2]).table],
      numbers: numbersOf(table, taps, shape),
      shape: [shape[0], table.length / taps, shape[3]],
    }),
  );
  registerAs(byInput, name, ([dy, w], { table, taps, shape }, place) => {
    const { starts, entries } = tablesOf(gpu(place), table, shape[1] * shape[2]);
    return runShader(gpu(place), depthwiseByInput, {
      inputs: [dy, w, starts, entries],
      numbers: numbersOf(table, taps, shape),
      shape: [...shape],
    });
  });
  registerAs(byWeight, name, ([dy, x], { table, taps, shape }, place) =>
    runShader(gpu(place), depthwiseByWeight, {
      inputs: [dy, x, tablesOf(gpu(place), table, shape[1] * shape[2]).table],
      numbers: [...numbersOf(table, taps, shape), shape[0]],
      shape: [taps, shape[3]],
    }),
  );
}

function installRows(name: string): void {
  const [taken, byTable] = rowKernels;
  registerAs(taken, name, (inputs, { shape, width }, place) =>
    runShader(gpu(place), rows, { inputs: [...inputs], numbers: [width], shape: [...shape, width] }),
  );
  registerAs(byTable, name, (inputs, { rows: count, width, shape: [examples, tokens] }, place) =>
    runShader(gpu(place), rowsByTable, {
      inputs: [...inputs],
      numbers: [width, examples * tokens],
      shape: [count, width],
    }),
  );
}

/** Once a process. */
export function installGpuKernels(name: string): void {
  installPatches(name);
  installDepthwise(name);
  installRows(name);
}
