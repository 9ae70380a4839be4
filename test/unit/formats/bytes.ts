/** Hand-made files, independent of our writers. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { isSparseError } from '../../../src/core/errors';

/** A safetensors file of this header text and data, by the format's description. */
export const rawSafetensors = (
  header: string | object,
  data: Uint8Array | number = 0,
  claimed?: bigint,
): Uint8Array => {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const body = typeof data === 'number' ? Buffer.alloc(data) : Buffer.from(data);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(claimed ?? BigInt(text.length));
  return Buffer.concat([length, text, body]);
};

/** A folder that goes when the test ends. */
export const temporaryFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'sparsescope-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

/** The code and sentence of the error that `action` must throw. */
export const failure = async (action: () => unknown): Promise<{ code: string; message: string }> => {
  try {
    await action();
  } catch (error) {
    if (!isSparseError(error)) throw error;
    return { code: error.code, message: error.message };
  }
  throw new Error('nothing was thrown');
};
