/**
 * The masks that guided exact orthogonal initialisation is led by: made from the config's words, or read from a file.
 */
import { resolve } from 'node:path';
import { isFile } from '../config/check-pattern';
import { guideOf, keepsWholeKernels } from '../config/methods';
import type { NetworkPlan } from '../config/plan';
import type { Config } from '../config/types';
import { tensorShape } from '../core/density/layer-shape';
import type { LayerShape } from '../core/density/layer-shape';
import { partLayer } from '../core/init/fan';
import { Mask } from '../core/mask';
import { wantedOfMatrix, wantedOfWeight } from '../core/init/wanted-kernels';
import type { Wanted } from '../core/init/wanted-kernels';
import { patternMask } from '../core/patterns';
import { unpackMask } from '../formats/packed-masks';
import type { SafetensorsFile } from '../formats/safetensors';
import { openUnchanged } from '../formats/unchanged';
import { wantedMaskMissing, wantedMaskNotBits, wantedMaskShape } from './errors';

/** Of each layer by its name. */
export type WantedPatterns = ReadonlyMap<string, Wanted>;

/** Of the whole weight, rows x columns. */
async function readMask(file: SafetensorsFile, path: string, shape: LayerShape): Promise<Mask> {
  const { name, rows, columns } = shape;
  const packed = file.get(`layers.${name}.bits`) ?? file.get(`${name}.bits`);
  const wanted = tensorShape(shape);
  if (packed) return unpackMask(file, packed, wanted);
  const entry = file.get(`layers.${name}.mask`) ?? file.get(`${name}.mask`);
  if (!entry) throw wantedMaskMissing(path, name);
  if (entry.shape.join() !== wanted.join() || (entry.dtype !== 'U8' && entry.dtype !== 'BOOL'))
    throw wantedMaskShape(path, entry.name, `${entry.dtype} (${entry.shape.join(', ')})`, `U8 (${wanted.join(', ')})`);
  const bytes = await file.readBytes(entry, 0, rows * columns);
  if (bytes.some((bit) => bit > 1)) throw wantedMaskNotBits(path, entry.name);
  return Mask.fromBytes(bytes, rows, columns);
}

/**
 * `folder`: of the config, from which the file is named. Empty when the config asks for no pattern.
 * @throws SparseError `engine.wanted-mask-*`, `eoi.pattern-too-sparse`, `masks.*`, `pattern.*`, `safetensors.*`,
 * `file.*`
 */
export async function wantedPatterns(config: Config, plan: NetworkPlan, folder: string): Promise<WantedPatterns> {
  const guide = guideOf(config.sparsity);
  if (!guide) return new Map();
  const wanted = new Map<string, Wanted>();
  const whole = keepsWholeKernels(config.sparsity);
  const maskable = plan.layers.filter(({ dense }) => !dense);
  if (!isFile(guide)) {
    for (const layer of maskable) {
      const { outputs, inputs } = partLayer(layer);
      wanted.set(layer.name, wantedOfMatrix(layer, patternMask(guide, outputs, inputs), whole));
    }
    return wanted;
  }
  const path = resolve(folder, guide.file);
  const file = await openUnchanged(path);
  try {
    for (const layer of maskable)
      wanted.set(layer.name, wantedOfWeight(layer, await readMask(file, path, layer), whole));
  } finally {
    await file.close();
  }
  return wanted;
}
