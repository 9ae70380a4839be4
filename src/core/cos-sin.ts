/**
 * Cosines and sines that are the same to the bit wherever they are computed, unlike Math.cos and Math.sin, which are as
 * the engine of JavaScript has them: those of fdlibm (Sun Microsystems 1993, e_rem_pio2.c, k_cos.c and k_sin.c; V8's
 * too in Node 20 and 22). Angles from 15.75 pi on, and those as near to a multiple of pi / 2 as one in a million, are left
 * to Math.
 */
import { highWord, wordsOf } from './float-bits';

const scratch = new Float64Array(1);
const words = wordsOf(scratch);

/** Of a number that is not negative. */
function highWordOf(value: number): number {
  scratch[0] = value;
  return words[highWord];
}

function ofHighWord(word: number): number {
  scratch[0] = 0;
  words[highWord] = word;
  return scratch[0];
}

/** Of angles `from` to `to`, radians. */
export function cosSin(angle: Float64Array, cos: Float64Array, sin: Float64Array, from: number, to: number): void {
  for (let k = from; k < to; k++) {
    const x = angle[k];
    const t = Math.abs(x);
    const high = highWordOf(t);
    const small = high <= 0x3fe921fb;
    const nearest = high < 0x4002d97c ? 1 : Math.floor(t * 0.6366197723675814 + 0.5);
    const quarters = small ? 0 : nearest;
    if (!small && (!(quarters < 32) || highWordOf(quarters * 1.5707963267948966) === high)) {
      cos[k] = Math.cos(x);
      sin[k] = Math.sin(x);
      continue;
    }
    // The rest, in two parts: pi / 2 has 33 bits more than one float64 holds.
    const r = t - quarters * 1.5707963267341256;
    const w = quarters * 6.077100506506192e-11;
    const y = r - w;
    const tail = r - y - w;
    const z = y * y;
    const p = -2.7557314351390663e-7 + z * (2.087572321298175e-9 + z * -1.1359647557788195e-11);
    const even = z * (4.1666666666666602e-2 + z * (-1.388888888887411e-3 + z * (2.480158728947673e-5 + z * p)));
    const word = highWordOf(Math.abs(y));
    // What is taken off 1 first, exactly.
    const held = word < 0x3fd33333 ? 0 : word > 0x3fe90000 ? 0.28125 : ofHighWord(word - 0x00200000);
    const c = 1 - held - (0.5 * z - held - (z * even - y * tail));
    const v = z * y;
    const q = 2.7557313707070068e-6 + z * (-2.5050760253406863e-8 + z * 1.58969099521155e-10);
    const odd = 8.33333333332249e-3 + z * (-1.9841269829857949e-4 + z * q);
    const s = small
      ? y + v * (-0.16666666666666632 + z * odd)
      : y - (z * (0.5 * tail - v * odd) - tail - v * -0.16666666666666632);
    const quadrant = quarters & 3;
    const [cosine, sine] = quadrant & 1 ? [s, c] : [c, s];
    cos[k] = (quadrant + 1) & 2 ? -cosine : cosine;
    sin[k] = ((quadrant & 2) !== 0) !== (x < 0 || Object.is(x, -0)) ? -sine : sine;
  }
}
