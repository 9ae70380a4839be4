/** Work that a person asked for: one at a time, with its progress and Cancel; what went wrong stays until the next. */
import { button } from '../controls';
import { h } from '../dom';
import { isCancelled, sentence } from '../errors';
import { duration } from '../format';
import { words } from '../words';

export interface WorkOptions {
  signal: AbortSignal;
  onProgress: (value: { done: number; total: number; message: string }) => void;
}

/** An estimate from less than this of the work, or within this time, would be a guess. */
const enough = { share: 0.05, milliseconds: 1_500 };

export class WorkLine {
  readonly element = h('div', { class: 'work-line', role: 'status', hidden: true });
  private readonly text = h('span', {});
  private readonly bar = h('progress', { 'aria-hidden': 'true' });
  private readonly cancel = button(words.work.cancel, () => this.stop());
  private going: AbortController | undefined;

  get busy(): boolean {
    return this.going !== undefined;
  }

  /** False when something else is going on. */
  async run(what: string, call: (options: WorkOptions) => Promise<void>): Promise<boolean> {
    if (this.going) return false;
    const going = (this.going = new AbortController());
    const began = performance.now();
    this.bar.removeAttribute('value');
    this.say(words.work.going(what, ''));
    try {
      await call({
        signal: going.signal,
        onProgress: ({ done, total, message }) => {
          const share = total > 0 ? done / total : 0;
          if (share > 0) this.bar.value = share;
          const spent = performance.now() - began;
          const left =
            share >= enough.share && spent >= enough.milliseconds ? (spent * (1 - share)) / share : undefined;
          this.say(words.work.going(what, message, left === undefined ? undefined : duration(left)));
        },
      });
      this.element.hidden = true;
    } catch (error) {
      this.element.hidden = true;
      if (!isCancelled(error)) this.fail(words.work.failed(what, sentence(error).message));
    } finally {
      this.going = undefined;
    }
    return true;
  }

  /** Cancels what goes on, if anything does. */
  stop(): void {
    this.going?.abort();
  }

  private say(text: string): void {
    this.text.textContent = text;
    this.element.replaceChildren(this.bar, this.text, this.cancel.element);
    this.element.hidden = false;
  }

  private fail(text: string): void {
    this.element.replaceChildren(h('span', { class: 'work-failed', role: 'alert' }, text));
    this.element.hidden = false;
  }
}
