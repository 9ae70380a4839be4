/** What the preview of data says. */
import { count, figure, many } from '../../format';

export const words = {
  reading: 'Reading the data',
  tryAgain: 'Try Again',
  again: 'Read Again',
  classes: 'Training examples of each class',
  className: 'class',
  examples: 'examples',
  share: 'share',
  more: (shown: number, all: number) => `The first ${count(shown)} of ${count(all)} classes.`,
  first: 'First training examples of each class',
  values: 'Values a network is given',
  training: (examples: number) => `${many(examples, 'example')} to train`,
  validating: (examples: number, byTest: boolean) =>
    `${many(examples, byTest ? 'test example' : 'example')} to validate`,
  picture: ([channels, height, width]: readonly [number, number, number]) =>
    `${channels} x ${height} x ${width} pictures`,
  vector: (inputs: number) => `${many(inputs, 'value')} each`,
  classCount: (classes: number) => `${count(classes)} ${classes === 1 ? 'class' : 'classes'}`,
  range: (v: { examples: number; min: number; max: number; mean: number; deviation: number }) =>
    `${figure(v.min)} to ${figure(v.max)}, mean ${figure(v.mean)}, deviation ${figure(v.deviation)}, ` +
    `over the first ${many(v.examples, 'example')}`,
  example: (index: number, name: string) => `Example ${index}: class ${name}`,
  firstValues: 'first values',
} as const;
