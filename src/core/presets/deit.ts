import type { Layer } from '../network';
import type { Stack } from './mlp';
import { activation, conv, linear } from './parts';
import type { Task } from './parts';

/** Of DeiT-Ti: 64 values a head. */
const perHead = 64;

/** Patches along a side. */
const side = 8;

/**
 * A vision transformer with the layout of DeiT (Touvron et al., ICML 2021) and the mean over tokens in place of a class
 * token, `depth` blocks of `width`. Only the two layers of each MLP can be masked, as in appendix J of Nowak et al.
 * (eoi.md 4.4); how their other settings were is not known.
 */
export function deitBlocks({ picture: [channels, height], classes }: Task, { depth, width, fn }: Stack): Layer[] {
  const dense = { dense: true } as const;
  const patch = Math.max(1, Math.floor(height / side));
  const layerNorm = (name: string): Layer => ({ kind: 'norm', over: 'layer', name, size: width });
  const blocks = Array.from({ length: depth }, (_, b): Layer[] => {
    const name = `block${b + 1}`;
    const attention: Layer = {
      kind: 'attention',
      heads: Math.max(1, Math.round(width / perHead)),
      input: linear(`${name}-input`, width, 3 * width, { stack: 3, ...dense }),
      output: linear(`${name}-output`, width, width, dense),
    };
    const up = linear(`${name}-up`, width, 4 * width);
    const down = linear(`${name}-down`, 4 * width, width);
    return [
      { kind: 'residual', branch: [layerNorm(`${name}-norm1`), attention], shortcut: [] },
      { kind: 'residual', branch: [layerNorm(`${name}-norm2`), up, activation(fn), down], shortcut: [] },
    ];
  });
  return [
    conv('patches', channels, width, { kernel: patch, stride: patch, padding: 'none', ...dense }),
    { kind: 'tokens' },
    { kind: 'position', name: 'position', tokens: Math.floor(height / patch) ** 2, size: width },
    ...blocks.flat(),
    layerNorm('norm'),
    { kind: 'mean' },
    linear('head', width, classes, dense),
  ];
}
