/** What the tensor editor says. */
import { factoredDtypes, mostPlayedAxes, type TensorFileSummary } from '../../../src/protocol/views';
import { bytes, count, figure, many, shapeText } from '../../format';

export const help = {
  title: 'Tensors',
  text: [
    'Only the header of the file is read to list its tensors; a picture reads the part it shows, statistics the whole tensor.',
    'A tensor of more than two axes is shown as a matrix of its first axis by all others.',
    `Play as Rotations takes an orthogonal matrix of up to ${count(mostPlayedAxes)} rows and columns apart into the Givens rotations that make it, and plays them.`,
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

export const rotationWords = {
  play: 'Play as Rotations',
  back: 'Back to the Matrix',
  about: 'Takes an orthogonal matrix apart into the Givens rotations that make it, and plays them (p)',
  aboutBack: 'Shows the matrix again (p)',
  factoring: 'Finding the rotations',
  progress: 'Rotations found',
  fileName: 'rotations',
  notAMatrix: 'Rotations make matrices, and this tensor is none.',
  notFloating: (dtype: string) => `Rotations make matrices of ${factoredDtypes.join(', ')}; this one is ${dtype}.`,
  tooLarge: (rows: number, columns: number) =>
    `Matrices of up to ${count(mostPlayedAxes)} rows and columns are played here, and this one has ${shapeText([rows, columns])}; sparsescope factor takes larger ones.`,
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
