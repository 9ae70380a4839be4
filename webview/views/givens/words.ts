/** What the Givens tab says; one rotation in words and numbers. */
import type { RotationSequence } from '../../../src/core/rotation-sequence';
import { count, degrees, figure } from '../../format';

export const help = {
  title: 'Givens',
  text: [
    'An exact orthogonal initialisation starts from the identity (towards a wanted pattern, from some of its places) and turns two axes at a time by an angle. Each rotation keeps all singular values at 1 and joins the supports of its two axes, so the density grows until it reaches the target.',
    'The two axes turned last are marked by lines and arrows. The chart shows the density after each rotation, the density to be expected after so many random rotations (not where a pattern led them), and the target.',
    'Of a convolution this is the matrix at the centre of the kernel, of each group its own.',
    'When the state before the last rotation is nearer to the target, the last rotation is undone: it is shown, but not in the weights.',
  ],
  keys: [
    ['Space', 'Play and pause'],
    ['Alt+→ Alt+←', 'One rotation on or back'],
    ['Home End', 'The beginning, the initial weights'],
    ['← ↑ ↓ →', 'Move the cursor (Shift: by ten)'],
    ['+ - 0', 'Zoom, fit'],
  ],
} as const;

/** Of rotations that were found for a given matrix. */
export const foundHelp = {
  title: 'Rotations of a matrix',
  text: [
    'An orthogonal matrix is a product of Givens rotations. These were found by QR: each vector of the shorter dimension is turned into one axis, those with few non-zeros first; played in reverse they lead from one entry a vector, 1 or -1, to the matrix.',
    'The two axes turned last are marked by lines and arrows. The chart shows how dense the supports are after each rotation. They hold every non-zero, and also places where values cancel, which are drawn as 0.',
  ],
  keys: [
    ...help.keys.map(([key, what]) => [key, key === 'Home End' ? 'The beginning, the whole matrix' : what] as const),
    ['p Escape', 'Back to the matrix'] as const,
  ],
} as const;

/** Of rotations in a file, of which nothing else is known. */
export const recordedHelp = {
  title: 'Recorded rotations',
  text: [
    'A file of rotations holds those that a run drew for its initial weights, or that `sparsescope factor` found for a matrix; they are played in their order, from the identity or where the file says that they begin.',
    foundHelp.text[1],
  ],
  keys: foundHelp.keys.map(([key, what]) => [key, key === 'p Escape' ? 'Back to the tensor' : what] as const),
} as const;

interface Reason {
  title: string;
  explanation: string;
}

export const noSequence = (layer: string, init: string): Reason => ({
  title: `${layer} has no rotation sequence`,
  explanation: `${layer} was initialised with \`${init}\`, which draws no rotations. Set \`sparsity.init: eoi\` in the config to get a sequence.`,
});

export const isIdentity = (layer: string): Reason => ({
  title: `${layer} has no rotation`,
  explanation: 'It keeps as few weights as an orthogonal matrix can have: the beginning of a sequence is all of it.',
});

export const tooLarge = (layer: string, weights: number): Reason => ({
  title: `${layer} is too large to replay here`,
  explanation: `It has ${count(weights)} weights. Its rotations are in \`rotations/\` of the run folder; the Mask tab shows the result.`,
});

export const notWritten: Reason = { title: 'Waiting for the rotations to be written', explanation: '' };
export const groupWords = {
  label: 'Group',
  option: (group: number, of: number) => `${count(group + 1)} of ${count(of)}`,
};

export const reading = 'Reading the rotations';

export const transport = {
  play: 'Play',
  pause: 'Pause',
  first: 'First: the beginning',
  back: 'One rotation back',
  on: 'One rotation on',
  last: 'Last: the initial weights',
  lastFound: 'Last: the whole matrix',
  rotation: 'Rotation',
  speed: 'Rotations a second',
  perSecond: (rotations: number) => `${count(rotations)} / s`,
};

export const chartWords = {
  label: (layer: string, expected: boolean) =>
    `Density of ${layer} by rotation${expected ? ', against the expected curve' : ''}`,
  foundLabel: (layer: string) => `Density of the supports of ${layer} by rotation`,
  x: 'rotation',
  title: 'Density',
  foundTitle: 'Density of the supports',
  density: 'density',
  expected: 'expected',
  target: (density: number) => `target ${figure(density)}`,
};

export const tableWords = {
  about: (layer: string) => ({ name: 'Rotations', caption: `Rotations of ${layer}` }),
  rotation: 'rotation',
  first: 'first axis',
  second: 'second axis',
  angle: 'angle (degrees)',
  density: 'density after',
  supports: 'density of the supports after',
  expected: 'expected density',
  note: 'note',
  undone: 'undone',
};

/**
 * `axes are columns · the tensor is this times 1.414 · the layer has its pattern to 0.910 (intersection over union)`
 */
export const aboutWords = (columns: boolean, overlap: number | undefined, gain?: number): string =>
  [
    columns ? 'axes are columns' : 'axes are rows',
    ...(gain === undefined ? [] : [`the tensor is this times ${figure(gain)}`]),
    ...(overlap === undefined ? [] : [`the layer has its pattern to ${figure(overlap)} (intersection over union)`]),
  ].join(' · ');
export const weightWords = (layer: string, row: number, column: number, value: number): string =>
  `${layer} [row ${row}, column ${column}] ${figure(value)}`;
export const afterWords = (layer: string, rotation: string): string => `${layer} after ${rotation}`;

export interface RotationFacts {
  sequence: RotationSequence;
  /** Rotations applied. */
  step: number;
  /** Density after 0, 1, ... rotations. */
  density: ArrayLike<number>;
  /** After so many random rotations; none of those that were led or found. */
  expected: ArrayLike<number> | undefined;
  /** None where the rotations were found for a given matrix. */
  target: number | undefined;
}

/**
 * `rotation 57 of 412: axes 12, 407 by 213.4° · density 0.0312 → 0.0330 (expected 0.0321)`, or
 * `... · supports 0.03 → 0.04`
 */
export function rotationWords({ sequence, step, density, expected, target }: RotationFacts): string {
  const { first, second, angle, lastUndone } = sequence;
  const total = first.length;
  const place = `rotation ${count(step)} of ${count(total)}`;
  const what = target === undefined ? 'supports' : 'density';
  if (step === 0)
    return `${place}: ${sequence.start ? 'the beginning' : 'the identity'} · ${what} ${figure(density[0])}`;
  const t = step - 1;
  const turn = `axes ${first[t]}, ${second[t]} by ${degrees(angle[t])}`;
  const change = `${what} ${figure(density[t])} → ${figure(density[step])}`;
  if (lastUndone && step === total)
    return `${place}, undone: ${turn} · ${change}${target === undefined ? '' : `, farther from the target ${figure(target)}`}`;
  return `${place}: ${turn} · ${change}${expected ? ` (expected ${figure(expected[step])})` : ''}`;
}
