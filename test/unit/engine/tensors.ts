import { openFile } from '../../../src/formats/byte-source';
import { openSafetensors } from '../../../src/formats/safetensors';

/** One tensor of a file. */
export async function readTensor(
  path: string,
  name: string,
): Promise<{ shape: readonly number[]; values: Float64Array }> {
  const file = await openSafetensors(await openFile(path));
  try {
    const entry = file.get(name)!;
    return { shape: entry.shape, values: await file.readFloat64(entry) };
  } finally {
    await file.close();
  }
}
