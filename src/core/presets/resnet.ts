import type { Activation, Layer } from '../network';
import { activation, convNorm, linear } from './parts';
import type { Staged, Task } from './parts';

/** Channels of the three stages, as many as in the first convolution, twice and four times as many. */
export const resnetWidths = (width: number): number[] => [width, 2 * width, 4 * width];

/**
 * He, Zhang, Ren, Sun, "Deep Residual Learning" (CVPR 2016), section 4.2, for small pictures: three stages,
 * (depth - 2) / 6 blocks each as published. The first convolution has the channels of the first stage. Shortcuts that
 * change the shape are 1 x 1 convolutions with a norm, as in the published experiments (eoi.md 4.1; rps.md 4).
 */
export function resnet({ picture: [channels], classes }: Task, { widths, blocks, fn }: Staged): Layer[] {
  const layers: Layer[] = [...convNorm('conv1', channels, widths[0]), activation(fn)];
  let inputs = widths[0];
  for (const [stage, out] of widths.entries())
    for (let index = 0; index < blocks[stage]; index++) {
      const stride = stage > 0 && index === 0 ? 2 : 1;
      layers.push(block(`stage${stage + 1}-block${index + 1}`, inputs, out, stride, fn), activation(fn));
      inputs = out;
    }
  return [...layers, { kind: 'mean' }, linear('fc', inputs, classes)];
}

const block = (name: string, inputs: number, out: number, stride: number, fn: Activation): Layer => ({
  kind: 'residual',
  branch: [
    ...convNorm(`${name}-conv1`, inputs, out, { stride }),
    activation(fn),
    ...convNorm(`${name}-conv2`, out, out),
  ],
  shortcut: inputs === out && stride === 1 ? [] : convNorm(`${name}-shortcut`, inputs, out, { kernel: 1, stride }),
});
