/** Every sentence of the run folder, with its code. */
import { quote, SparseError } from '../core/errors';
import { systemCode } from '../formats/errors';

const error = (code: string, message: string): SparseError => new SparseError(`runs.${code}`, message);

export const folderNotEmpty = (directory: string): SparseError =>
  error('folder-not-empty', `${directory} is there already and not empty. Choose a new folder for the run.`);

export const noRecord = (directory: string): SparseError =>
  error(
    'no-record',
    `${directory} is not a run folder: it has no run.json. Choose a folder made by a run; that of a sweep goes on by \`sparsescope sweep\`.`,
  );

export const noSweep = (directory: string): SparseError =>
  error(
    'no-sweep',
    `${directory} is not the folder of a sweep: it has no sweep.json. Choose one made by \`sparsescope sweep\`, or a config.`,
  );

export const sweepElsewhere = (directory: string): SparseError =>
  error(
    'sweep-elsewhere',
    `${directory} is not among the sweeps of a project (\`.sparsescope/sweeps\`), and was not deleted. Delete it by hand.`,
  );

export const sweepConfigChanged = (file: string): SparseError =>
  error(
    'sweep-config-changed',
    `${file} was changed since the sweep began, and its trials come from it. Restore it, or sweep the new config anew.`,
  );

export const recordTooLarge = (file: string): SparseError =>
  error('record-too-large', `${file} is too large to be a run's record. Restore it from a copy, or start a new run.`);

export const recordInvalid = (file: string, where: string, expected: string): SparseError =>
  error('record-invalid', `${file}: ${where} is not ${expected}. Restore it from a copy, or start a new run.`);

export const recordVersion = (file: string, found: string, known: number): SparseError =>
  error(
    'record-version',
    `${file} has version ${found}, this Sparsescope reads ${known}. Open it with the Sparsescope that wrote it, or update.`,
  );

export const sharingTooLarge = (file: string): SparseError =>
  error('sharing-too-large', `${file} is too large to be the diagnosis of a run. Run the config again.`);

export const sharingInvalid = (file: string, where: string, expected: string): SparseError =>
  error('sharing-invalid', `${file}: ${where} is not ${expected}. Diagnose the config instead, or run it again.`);

export const changedWhileMeasured = (): SparseError =>
  error(
    'changed-while-measured',
    'The config was changed while it was measured, so that what came of it is not shown. Measure it again as it is now.',
  );
export const noSuchFinding = (place: number): SparseError =>
  error(
    'no-such-finding',
    `There is no finding ${place + 1} with a suggested edit any more. Diagnose the config again.`,
  );

export const interrupted = (): SparseError =>
  error(
    'interrupted',
    'The process of this run ended before the run did. Resume it to go on from its last checkpoint.',
  );

export const folderGoneCode = 'runs.folder-gone';

export const folderGone = (directory: string): SparseError =>
  new SparseError(
    folderGoneCode,
    `${directory} was moved or deleted while its run wrote into it, so that the run was ended. ` +
      'If it was moved, resume it where it is now; else run its config again.',
  );

export const stillRunning = (directory: string, pid: number): SparseError =>
  error('still-running', `${directory} is in use by its run (process ${pid}). Cancel the run first.`);

export const inUseElsewhere = (directory: string, pid: number, host: string, lock: string): SparseError =>
  error(
    'in-use-elsewhere',
    `${directory} is in use by process ${pid} of the machine ${JSON.stringify(host)}. Cancel the run there; if it is ` +
      `over or that machine is gone, delete ${lock}.`,
  );

/** Nothing may be written into the folder. Undefined where something else than permission is the matter. */
export const folderNotWritable = (directory: string, cause: unknown): SparseError | undefined => {
  const remedy = 'or go on in a copy of the folder.';
  switch (systemCode(cause) ?? '') {
    case 'EACCES':
    case 'EPERM':
      return new SparseError(
        'file.not-writable',
        `Nothing may be written into ${directory}. Give yourself permission to write there, ${remedy}`,
      );
    case 'EROFS':
      return new SparseError(
        'file.read-only',
        `${directory} is on a read-only disk, and nothing can be written into it. Make it writable, ${remedy}`,
      );
    default:
      return undefined;
  }
};

export const lockDamaged = (file: string): SparseError =>
  error('lock-damaged', `${file} cannot be read as a lock. If no process writes this run, delete it and try again.`);

export const notAFolder = (directory: string): SparseError =>
  error(
    'not-a-folder',
    `${directory} is not a folder of its own but a link or a file, and was not deleted. Delete it by hand.`,
  );

export const removeFailed = (directory: string, code: string): SparseError =>
  error('remove-failed', `${directory} could not be deleted whole (${code}). Close what uses it and try again.`);

export const journalClosed = (file: string): SparseError =>
  error('journal-closed', `${file} is closed; the event was not recorded. Resume the run.`);

export const unknownLayer = (layer: string): SparseError =>
  error('unknown-layer', `This run has no layer ${quote(layer)}. Choose one of its layers.`);

export const unknownStep = (step: number): SparseError =>
  error('unknown-step', `This run has no checkpoint of step ${step}. Choose one of its checkpoints.`);

export const notWrittenYet = (what: string): SparseError =>
  error('not-written-yet', `${what} of this run are not written yet. Try again in a moment.`);

export const badPage = (start: number, end: number): SparseError =>
  error(
    'bad-page',
    `${start} to ${end} is not a range: whole numbers from 0, the end not before the start, are expected.`,
  );

export const answerTooLarge = (what: string): SparseError =>
  error('answer-too-large', `One ${what} is too large to show. Read it from events.jsonl in the run folder.`);

export const badRotations = (file: string, layer: string, expected: string): SparseError =>
  error(
    'bad-rotations',
    `${file}: the rotations of layer ${quote(layer)} are not ${expected}. Run the config again, or write the file again with \`sparsescope factor\`.`,
  );

export const notRotations = (file: string): SparseError =>
  error('not-rotations', `${file} is not a file of rotations. Run the config again.`);

export const reportPageMissing = (file: string): SparseError =>
  error('report-page-missing', `${file} is not there, so no report can be written. Install Sparsescope again.`);

/** Names for a sentence: the first few. */
const few = (names: readonly string[]): string =>
  names.length <= 6 ? names.join(', ') : `${names.slice(0, 5).join(', ')} and ${names.length - 5} more`;

/** `matrices`: what could be asked for; `meant`: the one that `name` is a slip of. */
export const factorNoTensor = (name: string, matrices: readonly string[], meant: string | undefined): SparseError => {
  const list = `Its matrices are ${few(matrices.map(quote))}.`;
  const remedy = meant === undefined ? list : `Did you mean ${quote(meant)}? ${list}`;
  return error(
    'factor-no-tensor',
    `The file has no tensor ${quote(name)}. ${matrices.length > 0 ? remedy : 'It has no matrix at all.'}`,
  );
};

export const factorNotAMatrix = (name: string, shape: readonly number[]): SparseError =>
  error(
    'factor-not-a-matrix',
    `${quote(name)} has the shape (${shape.join(', ')}); rotations make matrices of two dimensions or more.`,
  );

export const factorDtype = (name: string, dtype: string, known: readonly string[]): SparseError =>
  error('factor-dtype', `${quote(name)} is ${dtype}; matrices of ${known.join(', ')} are factored into rotations.`);

/** The shape is that of each of the groups. */
export const factorTooLarge = (
  name: string,
  { rows, columns, groups }: { rows: number; columns: number; groups: number },
  most: number,
): SparseError => {
  const what = groups === 1 ? 'is' : `in ${groups} groups has matrices of`;
  // Groups are blocks of rows: they make no row shorter.
  const remedy =
    groups === 1 && columns <= most ? ' Where it is a stack of smaller matrices, give their number as its groups.' : '';
  return error(
    'factor-too-large',
    `${quote(name)} ${what} ${rows} x ${columns}; matrices of up to ${most} rows and columns are ` +
      `factored into rotations.${remedy}`,
  );
};

export const factorGroups = (name: string, groups: number, shape: readonly number[]): SparseError =>
  error(
    'factor-groups',
    `${groups} groups do not divide the ${shape[0]} rows of ${quote(name)} (${shape.join(', ')}). ` +
      'Expected are the groups of a convolution or the matrices stacked in a linear layer: a whole number that does.',
  );

/** `gain`: Infinity where it is the one that the weights have. */
export const factorGain = (name: string, gain: number): SparseError =>
  error(
    'factor-gain',
    `${gain === Infinity ? `The gain of ${quote(name)}` : `A weight of ${quote(name)}, divided by the gain ${gain},`} is beyond 1.8e308, the largest number there is. ` +
      'Divide the tensor by a number of its size first.',
  );

/** `group`: from 0. */
export const factorNoGroup = (name: string, group: number, groups: number): SparseError =>
  error(
    'factor-no-group',
    `${quote(name)} has no group ${group}: of ${groups}, ${groups === 1 ? '0 is' : `0 to ${groups - 1} are`} expected.`,
  );

export const rotationsTooLarge = (layer: string, rows: number, columns: number, most: number): SparseError =>
  error(
    'rotations-too-large',
    `The rotations of ${quote(layer)} make a ${rows} x ${columns} matrix; a page replays up to ${most} weights. ` +
      'Replay it with `load_rotations.py` of `examples/pytorch`.',
  );

interface NotOrthogonal {
  name: string;
  /** What its weights were divided by. */
  gain: number;
  taken: { groups: number; kernel?: readonly number[]; centred: boolean };
}

/** The core's sentence, and what the matrix is that it speaks of. */
export const factorNotOrthogonal = (
  { code, message, details }: SparseError,
  { name, gain, taken }: NotOrthogonal,
): SparseError => {
  const { groups, kernel, centred } = taken;
  const divided = gain === 1 ? '' : ` That is after it was divided by ${Number(gain.toPrecision(4))}, as its gain.`;
  const others =
    ' Where a convolution has groups or a layer is a stack of N matrices, give their number: `sparsescope factor --groups N`, ' +
    'Groups in the editor.';
  const what = !kernel
    ? ''
    : centred
      ? ` This is the matrix at the centre of the kernels of ${quote(name)}, whose other taps are 0.`
      : ` This is ${quote(name)} with its kernels laid flat: of a convolution the centre of the kernels is taken where all other ` +
        'taps are 0, and here some are not.';
  return new SparseError(code, `${message}${divided}${what}${groups === 1 ? others : ''}`, details);
};

export const notSharing = (name: string): SparseError =>
  new SparseError(
    'runs.not-sharing',
    `${quote(name)} shares no weights, so there is no sharing to diagnose. Put \`sharing:\` in place of \`sparsity:\` in the config.`,
  );

export const nothingShared = (file: string): SparseError =>
  error(
    'nothing-shared',
    `${file} holds its weights themselves: nothing in it is shared. Choose a file of a run whose config has \`sharing\`.`,
  );

export const memoryNotFinite = (file: string, tensor: string, index: number, value: number): SparseError =>
  error(
    'memory-not-finite',
    `${file} has ${value} at place ${index} of ${tensor}: weights cannot be made of it. Choose an earlier checkpoint.`,
  );

export const recoveredNotFinite = (file: string, tensor: string, index: number, value: number): SparseError =>
  error(
    'recovered-not-finite',
    `The memory of ${file} makes ${value} at flat index ${index} of ${tensor}: its numbers or the scales of that layer are too large. Choose an earlier checkpoint.`,
  );

export const copiedNotFinite = (file: string, tensor: string, index: number, value: number): SparseError =>
  error(
    'copied-not-finite',
    `${file} has ${value} at flat index ${index} of ${tensor}, which is not shared: a file that is expanded has finite numbers only. Choose an earlier checkpoint.`,
  );

export const sharingFailureInvalid = (file: string): SparseError =>
  error('sharing-failure-invalid', `${file} is not what a run writes when it fails. Run the config again to have it.`);
