/** How this command line was started, for sentences that tell a person to start it again. */
import { basename, relative } from 'node:path';
import { oneLine } from './printable';

/** Safe as one word of a shell's command line. */
const shellWord = (text: string, windows: boolean): string => {
  if (/^[\w./\\:@%+=,-]+$/.test(text)) return text;
  return windows ? `"${text}"` : `'${text.replaceAll("'", "'\\''")}'`;
};

/**
 * A command line that starts this very program with these words: `node dist/cli.js resume RUN` from a clone, or
 * `sparsescope ...` where it was started by that name. Never by a package runner, which would ask a registry for it.
 */
export function commandLine(
  words: readonly string[],
  started: { script: string; folder: string; platform: string } = {
    script: process.argv[1] ?? '',
    folder: process.cwd(),
    platform: process.platform,
  },
): string {
  const { script, folder, platform } = started;
  const begin = basename(script) === 'sparsescope' ? ['sparsescope'] : ['node', relative(folder, script)];
  return oneLine([...begin, ...words].map((word) => shellWord(word, platform === 'win32')).join(' '));
}
