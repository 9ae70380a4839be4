/** How fast a sequence is played. */
import { dropdown } from '../../controls';
import type { Prefs } from '../../parts/prefs';
import { prefersReducedMotion } from '../../theme';
import { transport } from './words';

/** Rotations a second; the first is taken when nobody chose. */
const speeds = ['20', '5', '60', '200'];
const faster = ['2000', '20000'];
/** Where motion is to be reduced. */
const slowest = 2;
/** Seconds: no sequence needs more at the fastest speed that is offered for it. */
const longest = 60;
const name = 'givens.speed';

/** Speeds for a sequence of that many rotations; long ones are played fast unless somebody chose. */
export const offeredSpeeds = (total: number): readonly string[] => {
  const needed = faster.findIndex((speed) => total <= longest * Number(speed));
  if (total <= longest * Math.max(...speeds.map(Number))) return speeds;
  return [...faster.slice(0, needed < 0 ? undefined : needed + 1).reverse(), ...speeds];
};

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
