/** What the tensor editor says. */
import { factoredDtypes, mostFactoredAxes, type TensorFileSummary } from '../../../src/protocol/views';
import { bytes, count, figure, many, shapeText } from '../../format';

export const help = {
  title: 'Tensors',
  text: [
    'Only the header of the file is read to list its tensors; a picture reads the part it shows, statistics the whole tensor.',
    'A tensor of more than two axes is shown as a matrix of its first axis by all others.',
    `Play as Rotations takes an orthogonal matrix of up to ${count(mostFactoredAxes)} rows and columns apart into the Givens rotations that make it, and plays them; of a convolution in groups, or a stack, those of each of its matrices.`,
    'In a file of rotations, of a run or of sparsescope factor, it plays the recorded ones.',
    'In the mask every non-zero is drawn, NaN included. Weights are blue where negative, orange where positive; magnitudes go by their square root.',
  ],
  keys: [
    ['← ↑ ↓ →', 'Move the cursor (Shift: by ten)'],
    ['+ - 0', 'Zoom, fit'],
    ['w', 'Mask or weights'],
    ['p', 'Play as rotations'],
  ],
} as const;

export const shellWords = {
  keys: [
    ['↑ ↓', 'Previous and next tensor (in the list)'],
    ['/', 'Filter'],
  ],
  filter: 'Filter',
  filterLabel: 'Filter tensors by name',
  reading: 'Reading the header',
  again: 'Try Again',
  undecodable: 'This tensor cannot be drawn',
  noTensors: 'This file has no tensors',
  noTensorsHint: 'Run a config or open a checkpoint to see weights.',
  facts: ({ size, headerBytes, tensors }: TensorFileSummary) =>
    `${bytes(size)} · header ${bytes(headerBytes)} · ${many(tensors, 'tensor')}`,
  exactSize: (size: number) => `${count(size)} bytes`,
  /** Why the weights that a memory stands for are not in the list. */
  notRecovered: (why: string) => `The shared weights cannot be recovered: ${why}`,
  metadata: (entries: number) => `Metadata (${count(entries)})`,
} as const;

export const listWords = {
  label: 'Tensors',
  columns: ['name', 'shape', 'type', 'size', 'density'],
  shown: (shown: number, all: number) =>
    shown === all ? many(all, 'tensor') : `${count(shown)} of ${many(all, 'tensor')}`,
} as const;

export const pictureWords = {
  noElements: 'This tensor has no elements.',
  nonZero: { kept: 'non-zero', pruned: 'zero' },
  asMatrix: (rows: number, columns: number) => `shown as ${shapeText([rows, columns])}: first axis by all others`,
  vector: (name: string) => `Values of ${name} by index`,
  index: 'index',
  value: 'value',
  first: (shown: number, all: number) => `The first ${count(shown)} of ${count(all)} values.`,
  length: (name: string, all: number) => `${name} · ${count(all)} values`,
  at: (name: string, index: number, value: number) => `${name} [${index}] ${figure(value)}`,
};

/** Of many numbers the first ones and the last. */
const few = (numbers: readonly number[]): string =>
  numbers.length <= 12
    ? numbers.map(count).join(', ')
    : `${numbers.slice(0, 10).map(count).join(', ')}, ... ${count(numbers.at(-1)!)}`;

export const rotationWords = {
  /** What the button says and does: to play, and to go back. */
  ofMatrix: [
    {
      text: 'Play as Rotations',
      about: 'Takes an orthogonal matrix apart into the Givens rotations that make it, and plays them (p)',
    },
    { text: 'Back to the Matrix', about: 'Shows the matrix again (p)' },
  ],
  recorded: (sequence: string) => [
    { text: 'Play Rotations', about: `Plays the rotations of ${sequence}, of which this is a part (p)` },
    { text: 'Back to the Tensor', about: 'Shows the tensor again (p)' },
  ],
  groups: 'Groups',
  aboutGroups: 'Matrices that the rows are: groups of a convolution, or matrices in a stack',
  group: (name: string, group: number, of: number) => `${name}, group ${count(group + 1)} of ${count(of)}`,
  noGroups: (typed: string, name: string, numbers: readonly number[]) => ({
    title: `${typed.trim() === '' ? 'Nothing' : typed} is no number of groups of ${name}`,
    explanation: `A whole number that divides its rows is expected: ${few(numbers)}.`,
  }),
  factoring: 'Finding the rotations',
  progress: 'Rotations found',
  fileName: (groups: number, group: number) => (groups > 1 ? `rotations-${group + 1}` : 'rotations'),
  notAMatrix: 'Rotations make matrices, and this tensor is none.',
  notFloating: (dtype: string) => `Rotations make matrices of ${factoredDtypes.join(', ')}; this one is ${dtype}.`,
};

export const statisticsWords = {
  label: 'Statistics',
  density: 'density',
  nonZeros: 'non-zeros',
  min: 'min',
  mean: 'mean',
  max: 'max',
  nonFinite: 'not finite',
  compute: 'Compute',
  cancel: 'Cancel',
  reading: 'Reading the tensor',
  needsAll: (size: number) => `Density and histogram need all ${bytes(size)} of this tensor to be read.`,
  allSame: 'All values are the same.',
  leftOut: (values: number) => `${count(values)} values are NaN or infinite and left out.`,
  histogram: (name: string, min: number, max: number) => `Histogram of ${name} from ${min} to ${max}`,
  histogramTitle: 'Histogram (log count)',
  value: 'value',
};

export const tableWords = {
  value: (tensor: string) => ({ name: 'Value', caption: `Value of ${tensor}` }),
  values: (tensor: string) => ({ name: 'Values', caption: `Values of ${tensor}` }),
  histogram: (tensor: string) => ({ name: 'Histogram', caption: `Histogram of ${tensor}` }),
  statistics: (tensor: string) => ({ name: 'Statistics', caption: `Statistics of ${tensor}` }),
  columns: { index: 'index', value: 'value', from: 'from', to: 'to', values: 'values', figure: 'figure' },
};
