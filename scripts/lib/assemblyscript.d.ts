/** What kernels.mjs uses of `assemblyscript/asc`, the compiler. */
interface Files {
  /** The text of a source; null where there is none. */
  readFile(name: string, base: string): string | null;
  writeFile(name: string, contents: Uint8Array | string, base: string): void;
  /** Names of the sources in a folder; null where there is none. */
  listFiles(name: string, base: string): string[] | null;
}

export function main(options: string[], files: Files): Promise<{ error: Error | null; stderr: { toString(): string } }>;
