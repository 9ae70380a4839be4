/** Opening a large checkpoint: a sparse file, of which only the header takes room on the disk. */
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFile } from '../../src/formats/byte-source';
import { openSafetensors } from '../../src/formats/safetensors';
import { measure, type BenchRow } from './row';

const layers = 64;
/** 4 GiB of float32 in 64 square matrices. */
const side = 4096;

/** Writes a safetensors file of 4 GiB whose weights are all zero. */
export const writeLargeFile = (path: string): void => {
  const bytes = side * side * 4;
  const header: Record<string, unknown> = {};
  for (let i = 0; i < layers; i++)
    header[`layers.fc${i}.weight`] = { dtype: 'F32', shape: [side, side], data_offsets: [i * bytes, (i + 1) * bytes] };
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  writeFileSync(path, Buffer.concat([length, text]));
  truncateSync(path, 8 + text.length + layers * bytes);
};

export const benchFiles = async (): Promise<BenchRow[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'sparsescope-bench-'));
  try {
    const path = join(folder, 'large.safetensors');
    writeLargeFile(path);
    return [
      await measure('open a 4 GiB safetensors (header, 64 tensors)', 20, async () => {
        const file = await openSafetensors(await openFile(path));
        await file.close();
      }),
      await measure('read one row of its last tensor', 20, async () => {
        const file = await openSafetensors(await openFile(path));
        await file.readFloat32(file.tensors.at(-1)!, 0, side);
        await file.close();
      }),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
