/**
 * What the host says that is no error: labels, buttons, notifications. Titles of contributions are in package.nls.json.
 */
import type { GpuEngineId } from '../gpu/engines';
import * as vscode from 'vscode';

const { t } = vscode.l10n;

export const words = {
  showLog: () => t('Show Log'),
  resumeRuns: (count: number) => (count === 1 ? t('Resume Run') : t('Resume {0} Runs', count)),
  restartEngine: () => t('Restart Engine'),
  copy: () => t('Copy'),
  open: () => t('Open'),
  openAnyway: () => t('Open Anyway'),
  delete: () => t('Delete'),
  cancel: () => t('Cancel'),
  manageTrust: () => t('Manage Trust'),

  engineDied: (how: string) => t('The engine stopped ({0}). It is started again.', how),
  engineDiedRunning: (how: string, runs: string[]) =>
    t('The engine stopped ({0}) while running {1}. Nothing recorded was lost.', how, runs.join(', ')),
  engineDiedLog: (how: string) => t('The engine stopped ({0}). Its last lines:', how),

  pickConfig: () => t('Which config to run?'),
  pickMethods: () => t('Which initialisations to compare?'),
  ofConfig: () => t('of the config'),
  withDistribution: (distribution: string) => t('densities: {0}', distribution),
  towardsPattern: () => t('towards the pattern of the config'),
  otherBases: () => t('other dense initialisations'),
  readingData: (name: string) => t('Reading the data of {0}', name),
  dataOf: (config: string) => t('{0} · data', config),
  sharingOf: (config: string) => t('{0} · sharing', config),
  sharingTheory: () => t('Sharing Theory'),
  runSweep: () => t('Run Sweep'),
  equalMemory: (p: { file: string; variants: number; stored: string; left: { names: string[]; reason: string }[] }) =>
    [
      t('{0} has {1} variants, each of {2} stored parameters.', p.file, p.variants, p.stored),
      ...p.left.map(({ names, reason }) => t('Left out: {0}. {1}', names.join(', '), reason)),
    ].join(' '),
  comparing: (name: string) => t('Comparing initialisations of {0}', name),
  comparison: (name: string) => t('Initialisations of {0}', name),
  pickRuns: () => t('Which runs to compare? Choose two or more'),
  twoRuns: () => t('One run alone has nothing to be compared with. Choose two or more.'),
  comparedRuns: (count: number) => t('Comparison of {0} Runs', count),
  pickRun: () => t('Which run?'),
  noConfigYet: () => t('There is no config (*.sparse.yaml) in this workspace yet.'),
  createExample: () => t('Create an Example Config'),
  noRuns: () => t('There is no run in this workspace yet.'),
  nothingRuns: () => t('Nothing is running.'),
  deleteRun: (id: string) => t('Delete run {0}?', id),
  deleteRunDetail: (directory: string) =>
    t(
      'Its config copy, metrics, initial weights and checkpoints in {0} are removed. This cannot be undone.',
      directory,
    ),
  openCheckpoint: () => t('Open Checkpoint'),

  reportElsewhere: () =>
    t('The report is on the machine of this workspace. Download it from the explorer and open it in a browser.'),

  startingSweep: (name: string) => t('Starting the sweep of {0}', name),
  sweeping: (id: string) => t('Sweep {0}', id),
  sweepProgress: (ended: number, all: number, failed: number, running: string) =>
    (failed === 0 ? t('{0} of {1} trials', ended, all) : t('{0} of {1} trials, {2} failed', ended, all, failed)) +
    (running === '' ? '' : `; ${running}`),
  trialRunning: (id: string, step: number | undefined) => (step === undefined ? id : t('{0} step {1}', id, step)),
  sweepEnded: (p: { id: string; trials: number; failed: number; best: string }) =>
    [
      p.trials === 1 ? t('Sweep {0}: 1 trial has ended', p.id) : t('Sweep {0}: {1} trials have ended', p.id, p.trials),
      ...(p.failed === 0 ? [] : [t('{0} failed', p.failed)]),
      ...(p.best === '' ? [] : [t('the best is {0}', p.best)]),
    ].join(', ') + '.',
  sweepCancelled: (id: string, ended: number, all: number) =>
    t('Sweep {0} was cancelled with {1} of {2} trials done. Resume it to go on.', id, ended, all),
  sweepInterrupted: (id: string, ended: number, all: number) =>
    t('Sweep {0} was interrupted with {1} of {2} trials done. Resume it to go on.', id, ended, all),
  stoppingSweep: (id: string) => t('Cancelling sweep {0}', id),
  openSweepReport: () => t('Open Report'),
  resumeSweep: () => t('Resume Sweep'),
  sweepConfig: () => t('Sweep Config'),
  isSweep: (file: string, trials: number) =>
    trials === 1
      ? t('{0} is a sweep of 1 trial, not one run.', file)
      : t('{0} is a sweep of {1} trials, not one run.', file, trials),
  pickSweep: () => t('Which sweep?'),
  noSweeps: () => t('There is no sweep in this workspace yet.'),
  nothingSweeps: () => t('No sweep is going on in this window.'),
  nothingToResumeSweep: () => t('There is no sweep to resume: none was cancelled or interrupted, and no trial failed.'),
  sweepEndedAlready: (id: string) => t('Sweep {0} has ended already.', id),
  sweepComplete: (id: string) => t('All trials of sweep {0} are completed: nothing is left to do.', id),
  sweepNotOurs: (id: string) => t('Sweep {0} belongs to another process: interrupt it where it was started.', id),
  deleteSweep: (id: string) => t('Delete sweep {0}?', id),
  deleteSweepDetail: (trials: number, directory: string) =>
    t(
      'Its config copy, its report and the runs of its {0} trials in {1} are removed. This cannot be undone.',
      trials,
      directory,
    ),
  writingReport: (id: string) => t('Writing the report of sweep {0}', id),
  sweepTitle: (name: string, number: string) => t('{0} · sweep {1}', name, number),
  sweepStates: {
    running: () => t('running'),
    completed: () => t('completed'),
    failed: () => t('ended'),
    cancelled: () => t('cancelled'),
    interrupted: () => t('interrupted'),
  },
  trialsDone: (ended: number, all: number) => t('{0}/{1}', ended, all),
  failedTrials: (count: number) => t('{0} failed', count),
  best: (figure: string) => t('best {0}', figure),
  waiting: () => t('waiting'),
  andMore: (list: string, count: number) => t('{0} and {1} more', list, count),

  startingRun: (name: string) => t('Starting {0}', name),
  /** `text`: a sentence without its point. */
  resumedRun: (id: string, text: string) => t('{0}: {1}.', id, text),
  resumingRun: (id: string) => t('Resuming {0}', id),
  stopping: (id: string) => t('Cancelling {0}', id),
  runFailed: (id: string, message: string) => t('{0} failed: {1}', id, message),

  pickGpuEngine: () => t('Which GPU engine to install?'),
  gpuEngineDetail: {
    'tfjs-node-gpu': () => t('NVIDIA cards with CUDA 11.2 and cuDNN 8.1, Linux or Windows; some hundred MB'),
    webgpu: () => t('Any GPU; on the desktop with a Node of yours in sparsescope.node; about 130 MB'),
    'tfjs-node': () => t('TensorFlow on the processor; some hundred MB'),
  } satisfies Record<GpuEngineId, () => string>,
  installingGpu: (name: string) => t('Installing {0}', name),
  gpuInstalled: (name: string, backend: string) =>
    t('{0} is installed and has computed: {1}. The engine takes it as soon as no run is going on.', name, backend),
  wrongSetting: (id: string, value: string, expected: string, used: string) =>
    t('The setting {0} is {1}; expected {2}. The default {3} is used.', id, value, expected, used),
  oneOf: (choices: readonly string[]) => t('one of {0}', choices.join(', ')),
  trueOrFalse: () => t('true or false'),
  wholeNumber: () => t('a whole number from 0'),
  nodeText: () => t('a text: the path of node, or nothing'),
  builtInUntrusted: () => t("VS Code's own: this workspace is not trusted"),
  gpuNeedsNode: (node: string) =>
    t(
      "VS Code's own Node cannot compute on it: set sparsescope.node to {0}, with which it was tried out, and the engine runs on that.",
      node,
    ),
  gpuRemoved: (names: string) => t('Removed {0}.', names),
  noGpuEngine: () => t('No GPU engine is installed.'),
  pickDataSet: () => t('Which data set to download?'),
  dataSetDetail: {
    mnist: () => t('70,000 handwritten digits, 28 x 28, 4 files, about 12 MB'),
    'cifar-10': () => t('60,000 photographs, 32 x 32 in colour, 1 archive, about 170 MB'),
    'cifar-100': () => t('60,000 photographs of 100 classes, 32 x 32 in colour, 1 archive, about 169 MB'),
  },
  pickFolder: () => t('Where to?'),
  inFolder: (folder: string) => t('in {0}', folder),
  otherFolder: () => t('Another Folder…'),
  dataFolder: () => t('Download Here'),
  downloading: (name: string) => t('Downloading {0}', name),
  downloaded: (name: string, files: number, directory: string) =>
    t('{0} is in {2} ({1} files). Set data.source and data.path in the config to use it.', name, files, directory),

  largeFile: (name: string, megabytes: number) =>
    t('{0} is not on this disk, so all of its {1} MB are read into memory to show it.', name, megabytes),

  cutText: (start: string, characters: number) => t('{0}… ({1} characters)', start, characters),
  moreEntries: (count: number) => (count === 1 ? t('1 more entry') : t('{0} more entries', count)),

  idle: (backend: string) => t('$(pulse) Sparsescope: {0} · idle', backend),
  notStarted: () => t('$(pulse) Sparsescope'),
  starting: () => t('$(sync~spin) Sparsescope: starting'),
  engineFailed: () => t('$(error) Sparsescope: engine stopped'),
  runningStatus: (id: string, progress: string, backend: string | undefined, others: number) =>
    [
      t('$(sync~spin) {0} · {1}', id, progress),
      ...(backend === undefined ? [] : [backend]),
      ...(others === 0 ? [] : [t('{0} more', others)]),
    ].join(' · '),
  cancelStatus: () => t('$(debug-stop) Cancel'),
  cancelTooltip: (id: string) => t('Cancel {0}. It can be resumed from its last checkpoint.', id),
  statusTooltip: (reason: string) => (reason === '' ? t('Sparsescope: actions') : t('Sparsescope\n{0}', reason)),
  sparseRuns: (executor: string) => t('Sparse runs: {0}', executor),
  actions: () => t('Sparsescope'),

  step: (step: number, total: number) => t('step {0}/{1}', step, total),
  validation: (accuracy: string) => t('{0} val', accuracy),
  unreadable: () => t('cannot be read'),
  decidedBy: { scores: () => t('by scores'), pattern: () => t('by the pattern') },
  laterShort: (density: string) => t('later {0} of all', density),
  scoresOf: (distribution: string) => t('{0} scores', distribution),
  ticketPlanned: (p: { density: string; levels: number }) =>
    t('{0} of all maskable weights after {1} levels', p.density, p.levels),
  laterPlanned: (p: { now: string; density: string; method: string; until: string }) =>
    t(
      '{0} at first; {1} of all maskable weights later, after {2} of the updates ({3})',
      p.now,
      p.density,
      p.until,
      p.method,
    ),
  laterTarget: (p: { now: string; density: string; method: string; step: number }) =>
    t('{0} at first; {1} of all maskable weights later, at step {2} ({3})', p.now, p.density, p.step, p.method),
  planned: (name: string) => t('{0} (planned)', name),
  changed: (p: { step: number; method: string; dropped: number; grown: number; density: number }) =>
    t('{0} at step {1}: {2} dropped, {3} grown; {4} at first', p.method, p.step, p.dropped, p.grown, p.density),
  drawnAndExpected: (drawn: number, expected: number) => t('{0}; {1} to be expected', drawn, expected),

  liveRuns: (count: number) => (count === 1 ? t('1 run is going on') : t('{0} runs are going on', count)),
  residualRose: () => t('residual rose'),
  /** Names in the tables of tooltips. */
  facts: {
    state: () => t('state'),
    step: () => t('step'),
    validation: () => t('best validation accuracy'),
    lastValidation: () => t('validation accuracy after the last epoch'),
    trial: () => t('trial'),
    trials: () => t('trials ended'),
    failed: () => t('failed'),
    bestTrial: () => t('best trial'),
    jobs: () => t('at once'),
    backend: () => t('backend'),
    data: () => t('data'),
    seed: () => t('seed'),
    created: () => t('created'),
    folder: () => t('folder'),
    problem: () => t('problem'),
    shape: () => t('shape (out × in)'),
    density: () => t('density'),
    targetDensity: () => t('target density'),
    sharedBy: () => t('density by'),
    tickets: () => t('lottery tickets'),
    minimumDensity: () => t('minimum density for EOI'),
    centreDensity: () => t('density at the centre of the kernel'),
    overlap: () => t('intersection over union with the pattern'),
    centreOverlap: () => t('the same at the centre of the kernel'),
    unmatched: () => t('entries without a wanted place'),
    evaluations: () => t('pairs of axes looked at'),
    seconds: () => t('time of the search'),
    nonZeros: () => t('non-zeros'),
    biases: () => t('biases'),
    lastChange: () => t('last change of the mask'),
    init: () => t('initialisation'),
    rotations: () => t('Givens rotations'),
    degree: () => t('degree (weights in a row)'),
    unrepairable: () => t('dead by the mask alone'),
    initialResidual: () => t('||WWᵀ-σ²I|| before'),
    residual: () => t('||WWᵀ-σ²I|| left'),
    orthogonalityError: () => t('max|WWᵀ-I|'),
    singularValues: () => t('singular values (min / mean / max)'),
    isometry: () => t('isometry'),
    warning: () => t('warning'),
  },

  doctorDone: () => t('The report can be pasted as it is.'),
  openNamed: (id: string) => t('Open {0}', id),
  cancelNamed: (id: string) => t('Cancel {0}', id),
  cancelItem: () => t('Sparsescope: Cancel'),
  runConfig: () => t('Run Config'),
  doctor: () => t('Doctor'),
  nothingToResume: () => t('There is no run to resume: none was cancelled, failed or interrupted.'),
  notOurs: (id: string, pid: number) =>
    t('Run {0} belongs to another process ({1}): cancel it where it was started.', id, pid),
  alreadyEnded: (id: string, state: string) => t('Run {0} has ended already: {1}.', id, state),
};
