/** A shader in the frame that TensorFlow.js makes for its own: one number of the result by each thread. */
import type { TensorInfo } from '@tensorflow/tfjs';
import type { WebGPUBackend, WebGPUProgram } from '@tensorflow/tfjs-backend-webgpu';

/** WGSL. */
export interface Shader {
  /** Tells it from every other. */
  name: string;
  inputs: readonly string[];
  /** Whole numbers, read as `uniforms.NAME`. */
  numbers: readonly string[];
  /** Gives the value at `index` of the result. With `threads`, each of them does: the sum is taken. */
  body: string;
  /** That work on one number together: where there are few numbers and each is a long sum. */
  threads?: number;
}

const threadsOfOne = 64;

const alone = (body: string): string => `
fn value(index : i32) -> f32 {${body}}
fn main(index : i32) {
  if (index < uniforms.size) { result[index] = value(index); }
}`;

/** `thread` of `threads` gives its part; halves are added to halves, so that the order is the same in every run. */
const together = (body: string, threads: number): string => `
var<workgroup> parts : array<f32, ${threads}>;
fn value(index : i32, thread : i32) -> f32 {${body}}
fn main(at : i32) {
  let index = at / ${threads};
  let thread = i32(localIndex);
  if (index < uniforms.size) { parts[thread] = value(index, thread); }
  workgroupBarrier();
  for (var half = ${threads / 2}; half > 0; half = half / 2) {
    if (thread < half) { parts[thread] = parts[thread] + parts[thread + half]; }
    workgroupBarrier();
  }
  if (thread == 0 && index < uniforms.size) { result[index] = parts[0]; }
}`;

/** `numbers`: in the order of the shader's. */
export function runShader(
  backend: WebGPUBackend,
  { name, inputs, numbers, body, threads }: Shader,
  given: { inputs: TensorInfo[]; numbers: number[]; shape: number[] },
): TensorInfo {
  const size = given.shape.reduce((a, b) => a * b, 1);
  const program: WebGPUProgram = {
    shaderKey: `sparsescope ${name}`,
    variableNames: [...inputs],
    outputShape: given.shape,
    uniforms: numbers.map((number) => `${number} : i32,`).join(' '),
    size: true,
    workgroupSize: [threads ?? threadsOfOne, 1, 1],
    dispatchLayout: { x: [...given.shape.keys()] },
    dispatch: [threads ? size : Math.ceil(size / threadsOfOne), 1, 1],
    getUserCode: () => (threads ? together(body, threads) : alone(body)),
  };
  const uniforms = given.numbers.map((number) => ({ type: 'int32', data: [number] }));
  return backend.runWebGPUProgram(program, given.inputs, 'float32', uniforms);
}
