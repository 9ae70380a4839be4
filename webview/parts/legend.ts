/** What the colours of a matrix stand for: one short bar with its ends in numbers. */
import { colourOf, type ColourMap } from '../drawing/colour-map';
import type { MatrixMode, MatrixPicture } from '../drawing/matrix-picture';
import { h, setText } from '../dom';
import { count, figure } from '../format';

const barWidth = 80;
const barHeight = 10;

export class Legend {
  private readonly low = h('span', { class: 'number' });
  private readonly bar = h('canvas', { width: barWidth, height: barHeight, 'aria-hidden': 'true' });
  private readonly high = h('span', { class: 'number' });
  private readonly note = h('span', { class: 'note' });
  readonly element = h('span', { class: 'matrix-legend' }, this.low, this.bar, this.high, this.note);

  show(mode: MatrixMode, colours: ColourMap, picture: MatrixPicture, words: { kept: string; pruned: string }): void {
    const { factor, sampled } = picture.plan;
    const { limit } = picture;
    const merged = factor > 1;
    if (mode === 'weights') {
      setText(this.low, limit === 0 ? '' : figure(-limit));
      setText(this.high, limit === 0 ? '' : figure(limit));
    } else {
      setText(this.low, merged ? '0' : words.pruned);
      setText(this.high, merged ? `1 ${words.kept}` : words.kept);
    }
    const rowsSeen = sampled < 1 ? `, 1 of ${count(1 / sampled)} rows looked at` : '';
    const percent = picture.loaded ? '' : ` · ${Math.floor(100 * picture.progress)} %`;
    setText(this.note, `${merged ? `${factor} × ${factor} weights a cell${rowsSeen}` : ''}${percent}`);
    this.paint(colours, mode === 'weights' ? -1 : 0, mode === 'mask' && !merged);
  }

  /** From `from` to 1; a mask drawn weight by weight has two colours only. */
  private paint(colours: ColourMap, from: number, two: boolean): void {
    const context = this.bar.getContext('2d')!;
    context.clearRect(0, 0, barWidth, barHeight);
    for (let x = 0; x < barWidth; x++) {
      const value = from + ((1 - from) * (x + 0.5)) / barWidth;
      context.fillStyle = colourOf(colours, two ? Math.round(value) : value, 1);
      context.fillRect(x, 0, 1, barHeight);
    }
  }
}
