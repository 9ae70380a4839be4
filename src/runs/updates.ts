/**
 * `updates/step-000100.safetensors`: what one change of the masks dropped and grew. Of layer `fc1`: `layers.fc1.drop`
 * and `.grow` U32, flat places in the (out, in) weight, ascending; `.drop.scores` F32, |w|, and with RigL
 * `.grow.scores` F32,
 * |dL/dw|, place by place.
 */
import { join } from 'node:path';
import type { MaskUpdate } from '../core/dst/update';
import { makeFolder } from '../formats/make-folder';
import { writeSafetensors } from '../formats/safetensors';
import type { TensorToWrite } from '../formats/safetensors';
import type { MaskMethod } from '../protocol/run';
import type { RunFolder } from './folder';

export interface LayerUpdate {
  layer: string;
  update: MaskUpdate;
}

const tensorsOf = ({ layer, update }: LayerUpdate): TensorToWrite[] => {
  const { drop, grow, dropScores, growScores } = update;
  const places = (name: string, data: Uint32Array): TensorToWrite => ({
    name,
    dtype: 'U32',
    shape: [data.length],
    data,
  });
  const scores = (name: string, data: Float32Array): TensorToWrite => ({
    name,
    dtype: 'F32',
    shape: [data.length],
    data,
  });
  const prefix = `layers.${layer}`;
  return [
    places(`${prefix}.drop`, drop),
    scores(`${prefix}.drop.scores`, dropScores),
    places(`${prefix}.grow`, grow),
    ...(growScores.length > 0 ? [scores(`${prefix}.grow.scores`, growScores)] : []),
  ];
};

/** Answers the path. @throws SparseError `file.*` */
export async function writeUpdates(
  folder: RunFolder,
  step: number,
  method: MaskMethod,
  updates: readonly LayerUpdate[],
): Promise<string> {
  const path = join(folder.updates, `step-${String(step).padStart(6, '0')}.safetensors`);
  await makeFolder(folder.updates);
  const metadata = { format: 'sparsescope.updates', version: '1', step: String(step), method };
  await writeSafetensors(path, updates.flatMap(tensorsOf), metadata);
  return path;
}
