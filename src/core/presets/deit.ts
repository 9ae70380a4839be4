import type { Activation, Layer } from '../network';
import { activation, conv, linear } from './parts';
import type { Task } from './parts';

/** Of DeiT-Ti: 64 values a head. */
const perHead = 64;

/** As many heads of that size as there are; where they do not divide the width, fewer. */
function headsOf(width: number): number {
  let heads = Math.max(1, Math.floor(width / perHead));
  while (width % heads !== 0) heads--;
  return heads;
}

/** Patches along the shorter side. */
const side = 8;

/**
 * A vision transformer with the layout of DeiT (Touvron et al., ICML 2021) and the mean over tokens in place of a class
 * token, with tokens of `width` and one block for each of the hidden `widths` of their MLPs. Only the two layers of
 * each MLP can be masked, as in appendix J of Nowak et al. (eoi.md 4.4); how their other settings were is not known.
 */
export function deitBlocks(
  { picture: [channels, ...sides], classes }: Task,
  { width, widths, fn }: { width: number; widths: readonly number[]; fn: Activation },
): Layer[] {
  const dense = { dense: true } as const;
  const patch = Math.max(1, Math.floor(Math.min(...sides) / side));
  const layerNorm = (name: string): Layer => ({ kind: 'norm', over: 'layer', name, size: width });
  const blocks = widths.map((hidden, b): Layer[] => {
    const name = `block${b + 1}`;
    const attention: Layer = {
      kind: 'attention',
      heads: headsOf(width),
      input: linear(`${name}-input`, width, 3 * width, { stack: 3, ...dense }),
      output: linear(`${name}-output`, width, width, dense),
    };
    const up = linear(`${name}-up`, width, hidden);
    const down = linear(`${name}-down`, hidden, width);
    return [
      { kind: 'residual', branch: [layerNorm(`${name}-norm1`), attention], shortcut: [] },
      { kind: 'residual', branch: [layerNorm(`${name}-norm2`), up, activation(fn), down], shortcut: [] },
    ];
  });
  return [
    conv('patches', channels, width, { kernel: patch, stride: patch, padding: 'none', ...dense }),
    { kind: 'tokens' },
    {
      kind: 'position',
      name: 'position',
      tokens: Math.floor(sides[0] / patch) * Math.floor(sides[1] / patch),
      size: width,
    },
    ...blocks.flat(),
    layerNorm('norm'),
    { kind: 'mean' },
    linear('head', width, classes, dense),
  ];
}
