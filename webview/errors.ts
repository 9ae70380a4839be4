/** Sentences of the views themselves; what the host reports arrives as a sentence already. */
import { messageOf } from '../src/core/errors';
import { RpcCancelled, RpcError } from '../src/protocol/rpc';

/** An error made in the page, with a code like those of the other layers. */
export class ViewError extends Error {
  override readonly name = 'ViewError';
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export const unknownView = (view: string): ViewError =>
  new ViewError(
    'view.unknown',
    `This page was opened for a view called "${view}", which this version does not have. Close it and open the run or file again.`,
  );

export const badBoot = (): ViewError =>
  new ViewError(
    'view.bad-boot',
    'This page was opened without saying what to show. Close it and open the run or file again.',
  );

export const badReport = (): ViewError =>
  new ViewError(
    'view.bad-report',
    'The data of this report cannot be read: the file is incomplete or was changed. Make it again with `sparsescope report`.',
  );

export const newerReport = (version: number, known: number): ViewError =>
  new ViewError(
    'view.report-version',
    `This report carries data of version ${version}; its page knows version ${known}. Make it again with one version of Sparsescope.`,
  );

export const noPicture = (): ViewError =>
  new ViewError('view.no-picture', 'There is no picture to export yet. Wait until it is drawn and try again.');

export const noCanvas = (): ViewError =>
  new ViewError(
    'view.no-canvas',
    'The picture could not be made: it may be too large for this device. Make the panel smaller and try again.',
  );

const codeOf = (error: unknown): string =>
  error instanceof RpcError || error instanceof ViewError ? error.code : 'view.unexpected';

/** What a person reads of anything thrown. */
export const sentence = (error: unknown): { code: string; message: string } => ({
  code: codeOf(error),
  message: messageOf(error),
});

/** Cancel is an outcome, not an error. */
export const isCancelled = (error: unknown): boolean =>
  error instanceof RpcCancelled || (error instanceof DOMException && error.name === 'AbortError');
