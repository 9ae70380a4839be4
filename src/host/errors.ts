/** Every error the host makes, and how any error reads to a person. */
import * as vscode from 'vscode';
import { SparseError } from '../core/errors';
import { RpcCancelled, RpcError } from '../protocol/rpc';

const { t } = vscode.l10n;

/** Running is refused, looking is not. */
export const untrusted = (): SparseError =>
  new SparseError(
    'host.untrusted-workspace',
    t(
      'This workspace is not trusted, so nothing is run or downloaded in it; viewing works. Trust it with "Workspaces: Manage Workspace Trust" and try again.',
    ),
  );

export const notOnDisk = (uri: string): SparseError =>
  new SparseError(
    'host.not-on-disk',
    t('{0} is not a file on a disk. Save it into a folder first: the run is written beside it.', uri),
  );

export const notAConfig = (file: string): SparseError =>
  new SparseError(
    'host.not-a-config',
    t('{0} is not a config: its name does not end in .sparse.yaml or .sparse.json.', file),
  );

export const configHasErrors = (file: string, count: number, first: string, line: number): SparseError =>
  new SparseError(
    'host.config-has-errors',
    count === 1
      ? t('{0} cannot run: line {1}: {2}', file, line, first)
      : t('{0} cannot run: it has {1} errors, the first on line {2}: {3}', file, count, line, first),
  );

export const folderNotOnDisk = (uri: string): SparseError =>
  new SparseError('host.folder-not-on-disk', t('{0} is not a folder on a disk. Choose one that is.', uri));

export const runFolderGone = (directory: string): SparseError =>
  new SparseError(
    'host.run-folder-gone',
    t('The run folder {0} is not there any more. It was moved or deleted; close this panel or put it back.', directory),
  );

export const tooManyRuns = (count: number, most: number): SparseError =>
  new SparseError(
    'host.too-many-runs',
    t('{0} runs are too many to compare at once; at most {1} can be told apart. Choose fewer.', count, most),
  );

export const comparisonGone = (config: string): SparseError =>
  new SparseError(
    'host.comparison-gone',
    t('The comparison of {0} is not there any more. Run "Compare Initialisations" on the config again.', config),
  );

export const sharesNothing = (file: string): SparseError =>
  new SparseError(
    'host.shares-nothing',
    t('{0} has no `sharing`, so there is nothing to diagnose. Write `sharing: {}` in place of `sparsity`.', file),
  );

export const notPlanned = (file: string): SparseError =>
  new SparseError(
    'host.not-planned',
    t('What the data of {0} is made of is not known yet, and so neither is its network. Try again in a moment.', file),
  );

/** The text was changed since, or the key stands where no edit can be made without changing more. */
export const editRefused = (file: string, keys: string): SparseError =>
  new SparseError(
    'host.edit-refused',
    t('{0} was not changed: {1} cannot be set in its text as it is now. Change it by hand.', file, keys),
  );

export const configGone = (id: string, file: string): SparseError =>
  new SparseError(
    'host.config-gone',
    t('The config of run {0}, {1}, is not there any more. Its copy is config.yaml in the run folder.', id, file),
  );

export const sweepUnreadable = (id: string, reason: string): SparseError =>
  new SparseError('host.sweep-unreadable', t('Sweep {0} cannot be read: {1}', id, reason));

export const noSweep = (file: string): SparseError =>
  new SparseError(
    'host.no-sweep',
    t(
      '{0} has no `sweep`, so there is nothing to vary. Add one (key paths, each with a list), or use Run Config.',
      file,
    ),
  );

export const sweepGoesOn = (id: string): SparseError =>
  new SparseError(
    'host.sweep-goes-on',
    t(
      'Sweep {0} is going on in this window, with all the processes that this machine is to have. Wait for its end, or cancel it.',
      id,
    ),
  );

/** What is done with a run is done with the sweep that it is of. */
export const isTrial = (id: string, sweep: string): SparseError =>
  new SparseError(
    'host.is-trial',
    t('{0} is a trial of sweep {1} and belongs to it. Cancel, resume or delete the sweep in the Runs view.', id, sweep),
  );

export const runUnreadable = (id: string, reason: string): SparseError =>
  new SparseError('host.run-unreadable', t('Run {0} cannot be read: {1}', id, reason));

export const engineStopped = (how: string): SparseError =>
  new SparseError('host.engine-stopped', t('The engine stopped ({0}) before it answered. Try again.', how));

/** As `engineStopped`, of a death that the person is told of by itself, with what can be done. */
export const engineDied = (how: string): SparseError => {
  const { code, message } = engineStopped(how);
  return new SparseError(code, message, { told: true });
};

/** Whether the person knows already. */
export const isTold = (error: unknown): boolean => error instanceof SparseError && error.details?.['told'] === true;

export const engineNotStarted = (how: string, lastLine: string): SparseError =>
  new SparseError(
    'host.engine-not-started',
    lastLine === ''
      ? t('The engine did not start ({0}). See the log, or run Doctor.', how)
      : t('The engine did not start ({0}): {1}. See the log, or run Doctor.', how, lastLine),
  );

export const engineKeepsStopping = (times: number): SparseError =>
  new SparseError(
    'host.engine-keeps-stopping',
    t(
      'The engine stopped {0} times within a minute and is not started again. See the log, then run Restart Engine.',
      times,
    ),
  );

export const versionMismatch = (engine: number, host: number): SparseError =>
  new SparseError(
    'host.version-mismatch',
    t(
      'The engine speaks protocol {0}, this extension {1}: the two come from different builds. Install the extension again and reload the window.',
      engine,
      host,
    ),
  );

export const saveOutOfOrder = (name: string): SparseError =>
  new SparseError('host.save-out-of-order', t('{0} was not saved: a part of it is missing. Export it again.', name));

export const saveFailed = (file: string, reason: string): SparseError =>
  new SparseError('host.save-failed', t('{0} was not saved: {1}. Choose another place.', file, reason));

export const tensorFileRefused = (name: string): SparseError =>
  new SparseError('host.tensor-file-refused', t('{0} was not opened: reading it as a whole was refused.', name));

/** Cancel is an outcome, never an error. */
export const isCancel = (error: unknown): boolean =>
  error instanceof RpcCancelled ||
  error instanceof vscode.CancellationError ||
  (error instanceof Error && error.name === 'AbortError');

/** Whether the sentence of `error` was written for a person. */
export const isForPeople = (error: unknown): error is SparseError | RpcError =>
  error instanceof SparseError || error instanceof RpcError;

/**
 * Code and sentence of anything thrown. What is not ours reads as a fault of the program; its stack goes to the log.
 */
export const describeError = (error: unknown): { code: string; message: string } =>
  isForPeople(error)
    ? { code: error.code, message: error.message }
    : {
        code: 'host.internal',
        message: t('Sparsescope failed at this; it is a fault of the program. The log has the details.'),
      };

export const messageTooLarge = (bytes: number, limit: number): SparseError =>
  new SparseError(
    'host.message-too-large',
    t(
      'This part of the picture has {0} bytes; at most {1} go to a view at once. Ask for a smaller part.',
      bytes,
      limit,
    ),
  );

export const activationFailed = (): SparseError =>
  new SparseError(
    'host.activation-failed',
    t('Sparsescope could not start. Its log (Output, Sparsescope) has the details.'),
  );
