import { examplesOfPart } from '../attend';
import type { AttendKernels } from '../attend';

/** Head and example of all that the parts hold. */
function* examplesOf(batch: number, from: number, to: number): Generator<[head: number, b: number]> {
  const parts = Math.ceil(batch / examplesOfPart);
  for (let part = from; part < to; part++) {
    const first = (part % parts) * examplesOfPart;
    for (let b = first; b < Math.min(batch, first + examplesOfPart); b++) yield [Math.floor(part / parts), b];
  }
}

export const plainAttend: AttendKernels = {
  attend(made, attention, y, _, heads, each, tokens, batch, from, to) {
    const channel = tokens * batch;
    const size = heads * each * channel;
    for (const [head, b] of examplesOf(batch, from, to))
      for (let t = 0; t < tokens; t++) {
        const first = head * each * channel;
        const own = (head * tokens + t) * channel + b;
        let most = -Infinity;
        for (let u = 0; u < tokens; u++) {
          let sum = 0;
          for (let s = 0; s < each; s++)
            sum += made[first + s * channel + t * batch + b] * made[size + first + s * channel + u * batch + b];
          attention[own + u * batch] = sum / Math.sqrt(each);
          most = Math.max(most, attention[own + u * batch]);
        }
        let total = 0;
        for (let u = 0; u < tokens; u++) total += Math.exp(attention[own + u * batch] - most);
        for (let u = 0; u < tokens; u++)
          attention[own + u * batch] = Math.exp(attention[own + u * batch] - most) / total;
        for (let s = 0; s < each; s++) {
          let sum = 0;
          for (let u = 0; u < tokens; u++)
            sum += attention[own + u * batch] * made[2 * size + first + s * channel + u * batch + b];
          y[first + s * channel + t * batch + b] = sum;
        }
      }
  },
  attendBack(made, attention, dy, dMade, scratch, heads, each, tokens, batch, from, to) {
    const channel = tokens * batch;
    const size = heads * each * channel;
    for (const [head, b] of examplesOf(batch, from, to)) {
      const first = head * each * channel + b;
      for (let part = 0; part < 3; part++)
        for (let at = first; at < first + each * channel; at += batch) dMade[part * size + at] = 0;
      for (let t = 0; t < tokens; t++) {
        const own = (head * tokens + t) * channel + b;
        const query = first + t * batch;
        let along = 0;
        for (let u = 0; u < tokens; u++) {
          let sum = 0;
          for (let s = 0; s < each; s++)
            sum += dy[query + s * channel] * made[2 * size + first + s * channel + u * batch];
          scratch[u] = sum;
          along += sum * attention[own + u * batch];
        }
        for (let u = 0; u < tokens; u++) {
          const share = attention[own + u * batch];
          const gradient = (share * (scratch[u] - along)) / Math.sqrt(each);
          for (let s = 0, q = query, k = first + u * batch; s < each; s++, q += channel, k += channel) {
            dMade[q] += gradient * made[size + k];
            dMade[size + k] += gradient * made[q];
            dMade[2 * size + k] += share * dy[q];
          }
        }
      }
    }
  },
};
