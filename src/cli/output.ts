/** Where the command line writes: results on stdout, progress and problems on stderr. */
import { encodeNumber } from '../runs/validate';
import { oneLine, printable, printableJson } from './printable';

export interface Output {
  /** Results. */
  out(text: string): void;
  /** Warnings and errors. */
  err(text: string): void;
  /** The line of progress, replaced by the next; nothing when stderr is not a terminal. `undefined` clears it. */
  progress(line: string | undefined): void;
}

/** Version of every `--json` answer; raised when a script written for the old form would break. */
const jsonVersion = 1;

/** One JSON object on stdout: `sparsescope` (version), `command`, then the answer. */
export const printJson = (output: Output, command: string, answer: object): void =>
  output.out(`${printableJson(JSON.stringify({ sparsescope: jsonVersion, command, ...answer }, encodeNumber, 2))}\n`);

const clearLine = '\r\x1b[2K';

/**
 * Output of this process, whatever controls are in it escaped. A reader that went away (`sparsescope ... | head`) is no
 * error: the rest is dropped. When results cannot be written for another reason, `lost` is told, once, and the rest is
 * dropped too.
 */
export function processOutput(
  stdout: NodeJS.WriteStream,
  stderr: NodeJS.WriteStream,
  lost: (error: NodeJS.ErrnoException) => void,
): Output {
  let open = true;
  let shown = false;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (open && error.code !== 'EPIPE') lost(error);
    open = false;
  });
  stderr.on('error', () => undefined);
  const clear = (): void => {
    if (shown) stderr.write(clearLine);
    shown = false;
  };
  return {
    out: (text) => {
      clear();
      if (open) stdout.write(printable(text));
    },
    err: (text) => {
      clear();
      stderr.write(printable(text));
    },
    progress: (line) => {
      if (!stderr.isTTY) return;
      if (line === undefined) {
        clear();
        return;
      }
      // A line that wraps could not be cleared again. Some terminals say that they have 0 columns.
      stderr.write(clearLine + oneLine(line).slice(0, (stderr.columns || 80) - 1));
      shown = true;
    },
  };
}
