/** How far two executors are from each other. */
import { expect } from 'vitest';
import type { Executor } from '../../../../src/engine/executor';
import type { NetworkState } from '../../../../src/engine/states';
import type { StepResult } from '../../../../src/engine/training';

type Named = [name: string, values: Float32Array];

const arraysOf = ({ layers, others, shared }: NetworkState): Named[] => [
  ...[...layers, ...others].flatMap(({ name, weight, bias, weightSlots, biasSlots, ...rest }): Named[] => {
    const running = 'running' in rest ? rest.running : undefined;
    return [
      [`${name}.weight`, weight],
      ...weightSlots.map((slot, i): Named => [`${name}.weight slot ${i}`, slot]),
      ...(bias ? [[`${name}.bias`, bias] satisfies Named] : []),
      ...biasSlots.map((slot, i): Named => [`${name}.bias slot ${i}`, slot]),
      ...(running ? [[`${name}.mean`, running.mean] satisfies Named] : []),
      ...(running ? [[`${name}.variance`, running.variance] satisfies Named] : []),
    ];
  }),
  ...(shared ? [['memory', shared.memory] satisfies Named] : []),
  ...(shared?.slots.map((slot, i): Named => [`memory slot ${i}`, slot]) ?? []),
];

/** The same without what the optimizer keeps: what a step makes of the network. */
export const withoutSlots = ({ layers, others, shared }: NetworkState): NetworkState => ({
  layers: layers.map((layer) => ({ ...layer, weightSlots: [], biasSlots: [] })),
  others: others.map((other) => ({ ...other, weightSlots: [], biasSlots: [] })),
  ...(shared && { shared: { ...shared, slots: [] } }),
});

/** The difference of all slots of two states as one vector, over the length of the expected one. */
export function slotsApart(found: NetworkState, expected: NetworkState): number {
  const slotsOf = (state: NetworkState): Float32Array[] =>
    arraysOf(state).flatMap(([name, values]) => (/ slot \d+$/.test(name) ? [values] : []));
  const ours = slotsOf(found);
  let [difference, length] = [0, 0];
  slotsOf(expected).forEach((wanted, a) =>
    wanted.forEach((value, i) => {
      difference += (ours[a][i] - value) ** 2;
      length += value ** 2;
    }),
  );
  return Math.sqrt(difference / length);
}

/** The largest difference of all arrays of two states, each over the largest value of its array. */
export function apart(found: NetworkState, expected: NetworkState): { difference: number; at: string } {
  const theirs = arraysOf(expected);
  const ours = arraysOf(found);
  expect(ours.map(([name, values]) => [name, values.length])).toEqual(
    theirs.map(([name, values]) => [name, values.length]),
  );
  expect(found.layers.map(({ mask }) => mask)).toEqual(expected.layers.map(({ mask }) => mask));
  let worst = { difference: 0, at: '' };
  ours.forEach(([at, values], a) => {
    const wanted = theirs[a][1];
    // What should be zero, as the gradient of a bias before a batch norm, is compared with what is small.
    const size = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0.1);
    const difference = values.reduce((most, value, i) => Math.max(most, Math.abs(value - wanted[i])), 0) / size;
    // NaN is as far as it gets.
    if (!(difference <= worst.difference)) worst = { difference, at };
  });
  return worst;
}

const relative = (found: number, expected: number): number => Math.abs(found - expected) / Math.abs(expected);

/** The largest of the differences between what two steps answered. */
export const stepApart = (found: StepResult, expected: StepResult): number =>
  Math.max(relative(found.loss, expected.loss), relative(found.gradientNorm, expected.gradientNorm));

/** What `use` makes of an executor, which is disposed of. */
export function withExecutor<E extends Executor, T>(executor: E, use: (executor: E) => T): T {
  try {
    return use(executor);
  } finally {
    executor.dispose();
  }
}
