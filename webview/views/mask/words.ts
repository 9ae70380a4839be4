/** What the Mask tab says. */
import type { LayerSummary } from '../../../src/protocol/run';
import { isometryText } from '../../../src/protocol/words';
import { figure } from '../../format';

export const help = {
  title: 'Mask',
  text: [
    'Rows are the outputs of the layer, columns its inputs. A kept weight is drawn in the foreground colour, a pruned one is background.',
    'Both are those of the selected step: where `sparsity.update` changes masks, step through its checkpoints to see them change.',
    'Weights shows the values: blue is negative, orange positive, zero is background. Magnitudes are drawn by their square root.',
    'Where layers share their weights, Sharing colours each by the other layer with which it shares its location most, or by how many others do.',
    'The bars beside the matrix count the kept weights of each row and column.',
  ],
  keys: [
    ['← ↑ ↓ →', 'Move the cursor (Shift: by ten)'],
    ['+ -', 'Zoom, also with the wheel'],
    ['0', 'Fit'],
    ['w', 'Mask, weights, or with whom they are shared'],
  ],
} as const;

export const waiting = { title: 'Waiting for the initial weights', explanation: '' };
/** Of a weight, and of the axes of a layer. */
export const kept = { kept: 'kept', pruned: 'pruned' };
export const axes = { row: 'out', column: 'in' };

export const aboutLayer = ({ targetDensity, singularValues }: LayerSummary): string =>
  `target ${figure(targetDensity)} · at initialisation ${isometryText(singularValues)}`;
