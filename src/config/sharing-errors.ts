/** Every sentence about `sharing`: one part of errors.ts. */
import { change, count, finding, shown } from './finding';
import type { Finding } from './finding';

export const sharingAndSparsity = (): Finding =>
  finding(
    'sharing-and-sparsity',
    'A network is sparse (`sparsity`) or shares its weights (`sharing`), not both. Remove one of the two sections.',
  );

export const denseLayerToShare = (pattern: string): Finding =>
  finding(
    'dense-layer',
    `\`${shown(pattern)}\` is a dense layer, which is not shared. Remove it here; a layer of your own can be shared without \`dense: true\`.`,
  );

/** `largest`: of the layers that the names fit. */
export const nothingShared = (minSize: number, largest: { name: string; weights: number }): Finding =>
  finding(
    'nothing-shared',
    `sharing.include.minSize is ${count(minSize)}, but the largest layer that sharing.include.names fits, ${largest.name}, has ${count(largest.weights)} weights: ` +
      `nothing would be shared. Use at most ${count(largest.weights)}.`,
    change(String(largest.weights)),
  );

export const onlyDenseLayers = (): Finding =>
  finding('nothing-shared', 'Every layer is `dense: true`, so nothing would be shared. Leave it out of one at least.');

/** `message` is the core's, which knows the memory. */
export const impossibleSharing = (message: string): Finding => finding('impossible-sharing', message);

/** `name`: of the core's code; `nearest`: a compression that would do. */
export const compressionImpossible = (name: string, message: string, nearest: number): Finding =>
  finding(name, message, change(String(nearest)));
