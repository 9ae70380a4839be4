/** The line that says what is under the cursor, in words and numbers: always there, one line high. */
import { h, setText } from '../dom';

export class ReadOut {
  private readonly main = h('span', { class: 'read-out-main' });
  private readonly more = h('span', { class: 'read-out-more' });
  readonly element = h('div', { class: 'read-out', 'aria-live': 'polite', role: 'status' }, this.main, this.more);
  private exact = '';

  /** `more` stands back; `exact` is told on hover. */
  say(main: string, more = '', exact = ''): void {
    setText(this.main, main);
    setText(this.more, more);
    if (exact === this.exact) return;
    this.exact = exact;
    this.element.title = exact;
  }
}
