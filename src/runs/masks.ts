/** `masks/step-000000.safetensors`: all masks of a run at one bit a weight, in the beginning and after each change. */
import { join } from 'node:path';
import { tensorShape } from '../core/density/layer-shape';
import type { LayerShape } from '../core/density/layer-shape';
import { Mask } from '../core/mask';
import { makeFolder } from '../formats/make-folder';
import { packedMetadata, packMask } from '../formats/packed-masks';
import { writeSafetensors } from '../formats/safetensors';
import type { RunFolder } from './folder';

/** `masks`: one byte a weight, in the order of the layers; no file without any. @throws SparseError `file.*` */
export async function writeMasks(
  folder: RunFolder,
  step: number,
  layers: readonly LayerShape[],
  masks: readonly Uint8Array[],
): Promise<void> {
  if (layers.length === 0) return;
  const packed = layers.map((layer, l) =>
    packMask(`layers.${layer.name}`, tensorShape(layer), Mask.fromBytes(masks[l], layer.rows, layer.columns)),
  );
  await makeFolder(folder.masks);
  const metadata: Record<string, string> = { ...packedMetadata, step: String(step) };
  await writeSafetensors(
    join(folder.masks, `step-${String(step).padStart(6, '0')}.safetensors`),
    packed.map(({ tensor }) => tensor),
    packed.reduce((all, layer) => ({ ...all, ...layer.metadata }), metadata),
  );
}
