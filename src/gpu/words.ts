/** Why a GPU engine does not work, each in one sentence with its remedy, to be read after its name and a colon. */
import type { GpuEngineId } from './engines';
import { librariesMissingIn } from './tensorflow-log';

const needs = 'it needs an NVIDIA card with a driver above 450, CUDA 11.2 and cuDNN 8.1';
/** The remedy of what is damaged, without its full stop. */
export const installAgain = (id: GpuEngineId): string =>
  'install it again with Sparsescope: Install GPU Engine or sparsescope install-gpu' +
  (id === 'tfjs-node-gpu' ? '' : ` --engine ${id}`);
const again = installAgain('tfjs-node-gpu');

const seconds = (milliseconds: number): string =>
  milliseconds >= 120_000
    ? `${Math.round(milliseconds / 60_000)} minutes`
    : `${Math.round(milliseconds / 1000)} seconds`;

export const notInstalled = 'not installed (Sparsescope: Install GPU Engine, or sparsescope install-gpu).';

export const notForSystem = (system: string): string => `not made for this system (${system}).`;

export const otherLoaded = (loaded: string): string =>
  `${loaded} is in use in this process, and TensorFlow can be loaded only once; restart the engine to change.`;

export const lateWord = (id: GpuEngineId, limit: number): string =>
  `its first operation did not end within ${seconds(limit)}; ` +
  (id === 'webgpu'
    ? 'update the driver of the graphics card, or choose another backend.'
    : `a card newer than CUDA 11.2 has its programs compiled once, which installing waits for: ${again}.`);

/**
 * A file that was cut off is mapped into memory as it was once, and Linux ends who reads beyond its end with SIGBUS.
 */
export const endedWord = (id: GpuEngineId, how: string): string =>
  how === 'SIGBUS'
    ? `it ended its process (${how}), as a library does that is cut off; ${installAgain(id)}.`
    : `it ended its process (${how}) at its first operation; update the driver of the graphics card, or choose another backend.`;

/** The first line, without the file it was thrown in. */
const lineOf = (message: string): string => message.split('\n')[0].trim().slice(0, 200);

interface Known {
  /** Of the thrown message. */
  pattern: RegExp;
  sentence: (found: RegExpExecArray, log: string) => string;
}

/** In the order in which they are tried. */
const known: readonly Known[] = [
  {
    pattern: /native addon module .*can not be found|tfjs_binding\.node.*(not be found|cannot find)/is,
    sentence: () => `its native part is missing, since npm did not run the package's install script; ${again}.`,
  },
  {
    pattern: /Cannot find module '(@tensorflow\/tfjs-node[^']*|\/[^']*tfjs-node[^']*)'/,
    sentence: () => notInstalled,
  },
  {
    pattern: /Cannot find module '([^']+)'/,
    sentence: ([, name]) => `the package ${name} that it needs is missing; ${again}.`,
  },
  {
    pattern: /(libtensorflow\S*?|tensorflow\.dll): cannot open shared object file|specified module could not be found/i,
    sentence: () => `its TensorFlow library is missing; ${again}.`,
  },
  {
    pattern: /version `(GLIBC\w*_[\d.]+)' not found/,
    sentence: ([, version]) => `this system's C library is too old (${version} is asked for); choose another backend.`,
  },
  {
    pattern: /different Node\.js version|NODE_MODULE_VERSION|did not self-register|napi_\w+|ERR_DLOPEN_FAILED.*Node/i,
    sentence: () => `its native part was built for another Node; ${again}.`,
  },
  {
    pattern: /undefined symbol: (\w+)|invalid ELF header|file too short|wrong ELF class|not a valid Win32/i,
    sentence: ([what]) => `its TensorFlow library is damaged or of another version (${what}); ${again}.`,
  },
  {
    pattern: /^no GPU$/,
    sentence: (_, log) => {
      const missing = librariesMissingIn(log);
      const why = missing.length > 0 ? `the library ${missing[0]} is missing` : 'TensorFlow finds no graphics card';
      return `${why}; ${needs}.`;
    },
  },
  {
    pattern: /^wrong numbers$/,
    sentence: () => 'its first operation gave wrong numbers; update the driver of the graphics card.',
  },
  {
    pattern: /Invalid TF_Status: 8\b/,
    sentence: () =>
      'the memory of the graphics card is full; close other programs that use it, or use a smaller train.microBatch.',
  },
  {
    pattern: /Invalid TF_Status: \d+\s+Message: ([^\n]*)/,
    sentence: ([, message]) =>
      `an operation failed (${message.slice(0, 200)}); update the driver, or choose another backend: ${needs}, ` +
      'and not every newer card is served by it.',
  },
];

/** `message`: as it was thrown, or `no GPU`; `log`: what the library said beside it. */
export function failedWord(message: string, log = ''): string {
  for (const { pattern, sentence } of known) {
    const found = pattern.exec(message);
    if (found) return sentence(found, log);
  }
  return `it does not start (${lineOf(message)}); ${again}.`;
}

/** About the Node that the editor runs the engine on. */
export const engineNodeWords = {
  builtIn: "VS Code's own (sparsescope.node is empty)",
  builtInInstead: (problem: string) => `VS Code's own: ${problem}`,
  taken: (program: string) => `${program} (of sparsescope.node)`,
  notOnPath: "sparsescope.node asks for the node of the PATH, which has none; VS Code's own runs the engine.",
  refused: (program: string, what: string) =>
    `sparsescope.node names ${program}, which is ${what}; VS Code's own runs the engine. Name a Node.js 20 or newer.`,
  noProgram: 'no program',
  noNode: 'no Node.js that starts here',
  electron: "an editor's Node.js, not one of its own",
  tooOld: (version: string, oldest: number) => `Node.js ${version}, older than ${oldest}`,
};
