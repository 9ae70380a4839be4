/** Every sentence of the engine, with its code; what of an error may cross to another process. */
import { basename } from 'node:path';
import { gibibytes } from '../config/memory-errors';
import { atLeast, isSparseError, messageOf, quote, SparseError } from '../core/errors';
import type { KernelKind } from '../core/kernels/kind';
import type { Finding } from '../core/rps/diagnosis/finding';
import { tooManyOpen } from '../formats/errors';
import type { GoesOnFrom } from '../protocol/engine';
import { RpcError } from '../protocol/rpc';
import type { BackendName } from '../protocol/run';
import { findingText } from '../protocol/sharing-words';
import { goesOnText } from '../protocol/words';
import { forWantOfMemory } from './want-of-memory';

const error = (code: string, message: string, details?: Record<string, unknown>): SparseError =>
  new SparseError(`engine.${code}`, message, details);

export const versionMismatch = (theirs: number, ours: number): SparseError =>
  error(
    'version-mismatch',
    `The engine speaks protocol ${ours}, the caller ${theirs}: they are of different builds. Reload the window, or build again.`,
  );

export const notGreeted = (): SparseError =>
  error('not-greeted', 'The engine was asked for work before the greeting. Call hello first.');

export const stopping = (): SparseError =>
  error('stopping', 'The engine is shutting down and takes no new work. Try again in a moment.');

export const unknownBackend = (name: string, known: readonly string[]): SparseError =>
  error('unknown-backend', `There is no backend "${name}". Choose auto, ${known.join(' or ')}.`);

const unavailable = 'backend-unavailable';

/** `details.reason` is the reason alone. */
export const backendUnavailable = (name: string, reason: string): SparseError =>
  error(unavailable, `The backend ${name} does not work here: ${reason} Choose auto or another backend.`, { reason });

/** Why a backend does not work, of the error above; undefined of any other. */
export const unavailableReason = (thrown: unknown): string | undefined =>
  isSparseError(thrown) && thrown.code === `engine.${unavailable}` ? String(thrown.details?.['reason']) : undefined;

export const backendBusy = (wanted: BackendName, current: BackendName): SparseError =>
  error(
    'backend-busy',
    `This work needs the backend ${wanted}, but other work is going on with ${current}. Wait for it or cancel it.`,
  );

export const wasmFilesMissing = (folders: readonly string[]): SparseError =>
  error(
    'wasm-files-missing',
    `The WebAssembly files of TensorFlow.js are in none of ${folders.join(', ')}. Build or install Sparsescope again.`,
  );

export const prunedWeightChanged = (layer: string, count: number, step: number): SparseError =>
  error(
    'pruned-weight-changed',
    `Layer ${layer}: ${count} pruned ${count === 1 ? 'weight is' : 'weights are'} no longer zero after step ${step}. ` +
      'This is a fault of Sparsescope: please report it with the config.',
    { layer, count, step },
  );

export const littleMemory = (needed: number, available: number): SparseError =>
  error(
    'little-memory',
    `A step takes about ${gibibytes(needed)}, and this machine has ${gibibytes(available)} free: it may become very slow, or end the run. ` +
      'Close other programs, or use a smaller train.microBatch or a smaller network.',
  );

/** What left the numbers first; a gradient does before the loss when weights have grown large. */
export const notFinite = (what: 'loss' | 'gradient', step: number, learningRate: number): SparseError =>
  error(
    `${what}-not-finite`,
    `The ${what} is no longer a finite number at step ${step} (learning rate ${learningRate}). ` +
      'Try a smaller train.optimizer.learningRate; what was recorded until then is kept.',
    { step },
  );

/** What is wrong with a shared memory in training: a warning, or the end of the run. */
export const sharingTrouble = (finding: Finding): SparseError => {
  const { measure, layer, step } = finding;
  const details = { ...(layer !== undefined && { layer }), ...(step !== undefined && { step }) };
  return new SparseError(`sharing.${measure}`, findingText(finding).sentence, details);
};

/** What the core says of masks it cannot change, with the update of the run at which they were to be. */
export const masksUnchanged = ({ code, message, details }: SparseError, step: number): SparseError =>
  new SparseError(code, `Masks cannot be changed at step ${step}. ${message}`, { ...details, step });

/** `state`: the weights that were read; none where they are yet to be drawn. */
export const goesOnFrom = ({ step, state }: { step: number; state?: unknown }): GoesOnFrom => ({
  step,
  initialised: state !== undefined,
});

const place = (from: { step: number; state?: unknown }): string => goesOnText(goesOnFrom(from));

/** Code of what was found wrong with a file, and of what does not fit which. */
const reasonOf = (error: SparseError): string => {
  const what = mismatchOf(error);
  return what === undefined ? error.code : `${error.code}: ${what}`;
};

/** A warning: the result is the same. `error`: what was found wrong with it. */
export const checkpointUnusable = (
  file: string,
  aside: string,
  problem: SparseError,
  from: { step: number; state?: unknown },
): SparseError => {
  const gone = problem.code === 'file.not-found';
  return error(
    'checkpoint-unusable',
    `${file} ${gone ? 'is missing: it is a link, and its file is not there' : `cannot be used (${reasonOf(problem)})`}. ` +
      `${place(from)}, to the same result; ` +
      `the ${gone ? 'link' : 'file'} is kept as ${basename(aside)}, delete it if you do not need it.`,
  );
};

/** A warning. `why`: a sentence; `from`: where the run goes on, nothing where it is other work, which is done again. */
export const backendLost = (
  lost: BackendName,
  why: string,
  next: BackendName,
  from?: { step: number; state?: unknown },
): SparseError => {
  const where = from ? place(from) : 'What it was to compute is computed anew';
  return error(
    'backend-lost',
    `${lost} can compute no more: ${why} ${where} on ${next}, whose figures may differ in the last digits.`,
  );
};

/** As `backendLost`, of a run that was stopped. */
export const backendChanged = (
  began: BackendName,
  why: string,
  next: BackendName,
  from: { step: number; state?: unknown },
): SparseError =>
  error(
    'backend-changed',
    `The run was computed with ${began}, which does not work here: ${why} ${place(from)} on ${next}, whose figures may differ in the last digits.`,
  );

/** A warning, as `backendLost`, of a run that another Node or machine goes on with. */
export const kernelsChanged = (
  began: KernelKind,
  now: KernelKind | undefined,
  from: { step: number; state?: unknown },
): SparseError =>
  error(
    'kernels-changed',
    `The run was computed by kernels of the kind ${began}, and this Node (${process.version}) takes ` +
      `${now === undefined ? 'those of TensorFlow.js alone' : `those of the kind ${now}`}. ` +
      `${place(from)}; its figures may differ in the last digits from those of a run that was not stopped.`,
  );

/** A warning: the run goes on, to the same result. */
export const threadsGivenUp = (why: string): SparseError =>
  error('threads-given-up', `The run goes on in one thread, to the same result: ${why}.`);

/** As `checkpointUnusable`. */
export const initUnusable = (file: string, problem: SparseError): SparseError =>
  error(
    'init-unusable',
    `${file} cannot be used (${reasonOf(problem)}). ${place({ step: 0 })}, to the same result, and writes it again.`,
  );

/** A warning: the run goes on from `step`. */
export const stepsMissing = (missing: number, step: number): SparseError =>
  error(
    'steps-missing',
    `${missing} of the ${step} steps so far ${missing === 1 ? 'is' : 'are'} missing: lines of events.jsonl were lost or damaged. ` +
      'The training mean of the epoch that goes on is over those that are left; the weights come to the same.',
  );

/** A word, not a fault: the run is completed. */
export const stoppedEarly = (patience: number, step: number, total: number): SparseError =>
  error(
    'stopped-early',
    `The validation loss has not fallen for ${patience} epochs (train.earlyStop.patience): training ended at step ${step} of ${total}.`,
  );

/** A warning: the run goes on. Losses are in nats. */
export const trainingDiverges = (epoch: number, loss: number, first: number): SparseError =>
  error(
    'training-diverges',
    `The mean training loss of epoch ${epoch} is ${loss.toPrecision(4)}, but training began with ${first.toPrecision(4)}: it diverges. ` +
      'Try a smaller train.optimizer.learningRate.',
    { epoch, loss, first },
  );

/** Reasons and backends as a person reads them: in the record, in Doctor and in the errors above. */
export const words = {
  cpu: 'plain JavaScript',
  wasmSimd: 'with SIMD',
  wasmPlain: 'without SIMD (this processor has none)',
  wasmNoSimdFile: (file: string) => `without SIMD (${file} is missing; install Sparsescope again)`,
  wasmAlone: (reason: string) => `with SIMD, without kernels of our own (${reason})`,
  wasmFailed: (why: string) => (why === '' ? 'WebAssembly did not start.' : `WebAssembly did not start: ${why}.`),
  backendLost: (name: string, reason: string) =>
    `The device of the backend ${name} was lost in the middle of work: ${reason}`,
  /** The progress of an operation that may take minutes. */
  trying: (backend: string) => ({ done: 0, total: 1, message: `trying ${backend}` }),
  // After the executor's name and a colon.
  executorAsked: 'as compute.backend says.',
  executorSparse: 'kept weights only, by kernels of our own, taken by auto.',
  executorBegan: 'as the run began, by the kernels that this Node has.',
  executorQuicker: 'TensorFlow.js with SIMD is quicker than kernels of our own without it, taken by auto.',
  executorFits: 'by TensorFlow.js a step does not fit in memory, taken by auto.',
  executorDense: (density: number) => `more than ${density} of the weights are kept, taken by auto.`,
  executorShared: 'weights are shared, and so all are there, taken by auto.',
  executorOnDevice: (backend: string) => `${backend} computes on another device, taken by auto.`,
  plainKernels: (reason: string) => `The kernels of the sparse executor are not compiled here: ${reason}.`,
  // After the backend's name and a colon.
  asked: (what: string) => `${what}, as asked for.`,
  /** `passed`: of the backends before it, each on a line of its own. */
  auto: (what: string, passed: readonly string[]) => [`${what}, taken by auto.`, ...passed].join('\n'),
  tensorflow: (version: string | undefined) => (version === undefined ? 'TensorFlow' : `TensorFlow ${version}`),
  silent: 'it stopped sending',
  brokeOff: 'the connection broke off',
  notAFile: 'is not a file',
  wrongSize: (found: number, expected: number) => `has ${found} bytes, not ${expected}`,
  noTensor: (name: string) => `it has no tensor ${name}`,
  otherTensor: (name: string, found: string, expected: string) => `${name} is ${found}, not ${expected}`,
  otherOrigin: (key: string, there: string, here: number) => `its ${key} is ${there}, not ${here}`,
  sharedThere: 'its weights are shared, and the config shares none',
  otherWatch: (name: string) => `${name} is not what a run of these shared layers writes`,
  notBits: (name: string) => `${name} holds more than 0 and 1`,
};

/** For whoever starts the engine by hand. */
export const startedAlone = (commandLine: string): string =>
  `This is the engine of Sparsescope, started by the extension. To run a config, use: node ${commandLine} run CONFIG`;

export const noSuchRun = (id: string): SparseError =>
  error('no-such-run', `No run ${id} is going on in this engine. Look at its state in the list of runs.`);

export const runIsLive = (directory: string): SparseError =>
  error('run-is-live', `The run in ${directory} is going on already. Wait for it, or cancel it first.`);

export const runIsComplete = (directory: string): SparseError =>
  error('run-is-complete', `The run in ${directory} is complete; there is nothing to resume. Run its config again.`);

export const dataChanged = (source: string): SparseError =>
  error(
    'data-changed',
    `The files of ${source} are not those this run began with, so it cannot go on to the same result. ` +
      'Put the old files back, or run the config again.',
  );

export const configChanged = (file: string): SparseError =>
  error(
    'config-changed',
    `${file} is not the config this run began with, so it cannot go on to the same result. ` +
      'Put the old text back, or run the changed config as a new run.',
  );

export const checkpointMismatch = (file: string, what: string): SparseError =>
  error(
    'checkpoint-mismatch',
    `${file} does not fit the run's config: ${what}. Delete it to go on from the checkpoint before.`,
    { what },
  );

/** What does not fit, of `checkpointMismatch`. */
export const mismatchOf = ({ code, details }: SparseError): string | undefined =>
  code === 'engine.checkpoint-mismatch' && typeof details?.what === 'string' ? details.what : undefined;

export const fileDoesNotFit = (file: string, config: string, what: string): SparseError =>
  error(
    'file-does-not-fit',
    `${file} does not fit the network of ${basename(config)}: ${what}. Use the config that it was trained with, with \`sharing\` in place of \`sparsity\`.`,
  );

export const nothingToShare = (config: string): SparseError =>
  error(
    'nothing-to-share',
    `${config} shares no weights. Add \`sharing: { compression: 10 }\` in place of \`sparsity\`.`,
  );

export const weightsNotFinite = (file: string, tensor: string, index: number, value: number): SparseError =>
  error(
    'weights-not-finite',
    `${file} has ${value} at flat index ${index} of ${tensor}: only finite numbers go into a file of shared weights. Choose an earlier checkpoint.`,
    { tensor, index },
  );

export const dataPathMissing = (source: string): SparseError =>
  error('data-path-missing', `data.path is not set. Set it to the folder with your copy of ${source}, or download it.`);

/** `example` and `place`: from 0, as in the file. */
export const numberBeyondVocabulary = (
  { example, place, ofTests }: { example: number; place: number; ofTests: boolean },
  number: number,
  vocabulary: number,
): SparseError =>
  error(
    'number-beyond-vocabulary',
    `Example ${example} of the ${ofTests ? 'test' : 'training'} inputs has the number ${number} at place ${place}; ` +
      `the embedding has rows 0 to ${vocabulary - 1}. Raise its size, or check the inputs.`,
  );

export const dataReaderEnded = (file: string, reason: string): SparseError =>
  error(
    'data-reader-ended',
    `The thread that reads ${file} ended (${reason}). Resume the run; with less free memory use a smaller train.batchSize.`,
  );

export const sharedNotPruned = (): SparseError =>
  error(
    'not-pruned',
    'This config shares its weights: nothing is pruned. Leave out sharing and write sparsity.distribution, or write the initial weights with init.',
  );

export const notPruned = (distribution: string): SparseError =>
  error(
    'not-pruned',
    `distribution ${distribution} goes by the shapes of the layers, so there are no scores to prune by. ` +
      'Use random, magnitude, snip, grasp or synflow, or write the initial weights with init.',
  );

export const noPattern = (path: string): SparseError =>
  error(
    'no-pattern',
    `Guided initialisation was asked for, but ${basename(path)} has no sparsity.eoi.pattern. Write one, such as pattern: { nm: [2, 4] }, or compare without it.`,
  );

export const wantedMaskMissing = (path: string, layer: string): SparseError =>
  error(
    'wanted-mask-missing',
    `${path} has no mask for layer "${layer}", which sparsity.eoi.pattern wants: add a U8 tensor layers.${layer}.mask.`,
  );

export const wantedMaskShape = (path: string, tensor: string, found: string, expected: string): SparseError =>
  error('wanted-mask-shape', `${tensor} of ${path} is ${found}; sparsity.eoi.pattern wants ${expected}, of 0 and 1.`);

export const wantedMaskNotBits = (path: string, tensor: string): SparseError =>
  error(
    'wanted-mask-not-bits',
    `${tensor} of ${path} has values other than 0 and 1; a wanted pattern is of those two.`,
  );

/** A layer that its scores leave with less than an orthogonal matrix of its shape needs. */
export const scoredLayerTooSparse = (
  layer: { name: string; rows: number; columns: number; minimumDensity: number; weights: number },
  kept: number,
  distribution: string,
  density: number,
  possible: number | undefined,
): SparseError =>
  error(
    'scored-layer-too-sparse',
    `${layer.name} (${layer.rows} x ${layer.columns}) keeps ${kept} weights by distribution ${distribution} at density ${density}; exactly orthogonal it ` +
      `needs at least ${Math.round(layer.minimumDensity * layer.weights)}. ` +
      `${possible === undefined ? 'Raise sparsity.density' : `Use a density of at least ${atLeast(possible)}`}, fix this layer under sparsity.layers, or use init: base.`,
    { layer: layer.name, ...(possible !== undefined && { nearest: Number(atLeast(possible)) }) },
  );

export const tooFewExamples = (source: string, train: number, validation: number): SparseError =>
  error(
    'too-few-examples',
    `${source} split by data.validation leaves ${train} examples to train and ${validation} to validate; both need one. ` +
      'Choose another share.',
  );

export const noNetwork = (url: string, reason: string): SparseError =>
  error(
    'no-network',
    `${new URL(url).host} could not be reached (${reason}). Connect to the network, or copy the files yourself and set data.path.`,
  );

export const downloadRefused = (url: string, status: number): SparseError =>
  error('download-refused', `${url} answered with status ${status}. Try again later, or copy the files yourself.`);

export const downloadTooLarge = (url: string, limit: number): SparseError =>
  error('download-too-large', `${url} sends more than the expected ${limit} bytes and was dropped. Try again later.`);

export const downloadChecksum = (url: string, expected: string, found: string): SparseError =>
  error(
    'download-checksum',
    `${url} arrived damaged: its checksum is ${found}, not ${expected}. Nothing was kept; try again.`,
  );

export const archiveEntry = (url: string, entry: string, why: string): SparseError =>
  error('archive-entry', `The archive ${url} was refused: its entry ${quote(entry)} ${why}.`);

export const archiveDamaged = (url: string): SparseError =>
  error('archive-damaged', `The archive ${url} is damaged inside. Nothing was kept; try again.`);

export const archiveIncomplete = (url: string, missing: readonly string[]): SparseError =>
  error('archive-incomplete', `The archive ${url} lacks ${missing.join(', ')}. Nothing was kept; try again.`);

export const unknownDataSet = (name: string, known: readonly string[]): SparseError =>
  error('unknown-data-set', `There is no data set "${name}" to download. Choose ${known.join(' or ')}.`);

export const internal = (): SparseError =>
  error('internal', 'The engine met an error of its own. The log has the details; please report it.');

export const noMemory = (cause: unknown): SparseError =>
  error(
    'no-memory',
    `This process gets no more memory (${messageOf(cause)}). Use a smaller train.batchSize, train.microBatch or network, ` +
      'close other programs, or let it have more where its memory or its addresses are limited (`ulimit -v`).',
  );

/** What of an error may be told: its code and sentence. Anything that is not one of ours is an error of the program. */
export const describeError = (cause: unknown): { code: string; message: string } => {
  if (isSparseError(cause) || cause instanceof RpcError) return { code: cause.code, message: cause.message };
  const { code, message } = tooManyOpen(cause) ?? (forWantOfMemory(cause) ? noMemory(cause) : internal());
  return { code, message };
};

/** The stack, for the log only. */
export const stackOf = (cause: unknown): string =>
  cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);

export const badSharingTest = (what: 'steps' | 'init-std' | 'learning rate', value: number): SparseError =>
  new SparseError(
    'engine.bad-sharing-test',
    `A prediction is tested at a finite ${what} above 0${what === 'steps' ? ', a whole number' : ''}; ${value} is not. ` +
      `Use for example ${what === 'steps' ? 100 : what === 'init-std' ? 0.04 : 0.1}.`,
  );
