import type { AttendKernels } from '../attend';

export const plainAttend: AttendKernels = {
  attend(made, attention, y, heads, each, tokens, batch, from, to) {
    const channel = tokens * batch;
    const size = heads * each * channel;
    for (let head = from; head < to; head++)
      for (let t = 0; t < tokens; t++)
        for (let b = 0; b < batch; b++) {
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
    for (let head = from; head < to; head++) {
      const first = head * each * channel;
      for (let part = 0; part < 3; part++) dMade.fill(0, part * size + first, part * size + first + each * channel);
      for (let t = 0; t < tokens; t++)
        for (let b = 0; b < batch; b++) {
          const own = (head * tokens + t) * channel + b;
          const query = first + t * batch + b;
          let along = 0;
          for (let u = 0; u < tokens; u++) {
            let sum = 0;
            for (let s = 0; s < each; s++)
              sum += dy[query + s * channel] * made[2 * size + first + s * channel + u * batch + b];
            scratch[(head * tokens + u) * 4] = sum;
            along += sum * attention[own + u * batch];
          }
          for (let u = 0; u < tokens; u++) {
            const share = attention[own + u * batch];
            const gradient = (share * (scratch[(head * tokens + u) * 4] - along)) / Math.sqrt(each);
            for (let s = 0, q = query, k = first + u * batch + b; s < each; s++, q += channel, k += channel) {
              dMade[q] += gradient * made[size + k];
              dMade[size + k] += gradient * made[q];
              dMade[2 * size + k] += share * dy[q];
            }
          }
        }
    }
  },
};
