/** How fast a sequence is played. */
import { dropdown } from '../../controls';
import type { Prefs } from '../../parts/prefs';
import { prefersReducedMotion } from '../../theme';
import { offeredSpeeds } from './playback';
import { transport } from './words';

/** Where motion is to be reduced. */
const slowest = 2;
const name = 'givens.speed';

/** Rotations a second, now. */
export const speedOf = (prefs: Prefs, total: number): number =>
  prefersReducedMotion() ? slowest : Number(prefs.get(name, offeredSpeeds(total)));

export function speedChooser(prefs: Prefs, total: number): HTMLElement {
  const offered = offeredSpeeds(total);
  const options = [...offered]
    .sort((a, b) => Number(a) - Number(b))
    .map((value) => ({ value, text: transport.perSecond(Number(value)) }));
  return dropdown(transport.speed, options, prefs.get(name, offered), (speed) => prefs.set(name, speed)).element;
}
