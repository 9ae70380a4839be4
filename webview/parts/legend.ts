/** What the colours of a matrix stand for: one short bar with its ends in numbers. */
import { colourOf, type ColourMap } from '../drawing/colour-map';
import type { MatrixMode, MatrixPicture } from '../drawing/matrix-picture';
import { h, setText } from '../dom';
import { figure } from '../format';
import { words } from '../words';

const text = words.matrix;

/** Colours of the bar, from end to end; odd, so that one of them is zero. */
const stops = 33;

export class Legend {
  private readonly low = h('span', { class: 'number' });
  private readonly bar = h('span', { class: 'bar', 'aria-hidden': 'true' });
  private readonly high = h('span', { class: 'number' });
  private readonly note = h('span', { class: 'note' });
  readonly element = h('span', { class: 'matrix-legend' }, this.low, this.bar, this.high, this.note);

  show(
    mode: Exclude<MatrixMode, 'extra'>,
    colours: ColourMap,
    picture: MatrixPicture,
    words: { kept: string; pruned: string },
  ): void {
    const { factor, sampled } = picture.plan;
    const { limit, close } = picture;
    const merged = factor > 1 && !close;
    if (mode === 'weights') {
      setText(this.low, limit === 0 ? '' : figure(-limit));
      setText(this.high, limit === 0 ? '' : figure(limit));
    } else {
      setText(this.low, merged ? '0' : words.pruned);
      setText(this.high, merged ? `1 ${words.kept}` : words.kept);
    }
    const rowsSeen = sampled < 1 ? `, ${text.rowsLookedAt(1 / sampled)}` : '';
    const percent = picture.loaded ? '' : ` · ${Math.floor(100 * picture.progress)} %`;
    setText(this.note, `${merged ? `${text.cells(factor)}${rowsSeen}` : ''}${percent}`);
    const from = mode === 'weights' ? -1 : 0;
    // A mask drawn weight by weight has two colours only.
    const shown = mode === 'mask' && !merged ? 2 : stops;
    const colour = (i: number): string => colourOf(colours, from + ((1 - from) * i) / (shown - 1), 1);
    const parts = Array.from(
      { length: shown },
      (_, i) => `${colour(i)} ${(100 * i) / shown}% ${(100 * (i + 1)) / shown}%`,
    );
    this.bar.style.backgroundImage = `linear-gradient(90deg, ${parts.join(', ')})`;
  }
}
