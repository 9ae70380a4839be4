/**
 * Work that a person asked for: one after the other, with its progress and Cancel; what went wrong stays until the
 * next.
 */
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

type Call = (options: WorkOptions) => Promise<void>;

export class WorkLine {
  readonly element = h('div', { class: 'work-line', role: 'status', hidden: true });
  private readonly failed = h('span', { class: 'work-failed', role: 'alert' });
  private readonly text = h('span', {});
  private readonly bar = h('progress', { 'aria-hidden': 'true' });
  private readonly cancel = button(words.work.cancel, () => this.going?.abort());
  private going: AbortController | undefined;
  /** Says again what goes on. */
  private refresh: (() => void) | undefined;
  /** By what it is: pressed twice it is done once. */
  private readonly waiting = new Map<string, Call>();

  /** Begins, or waits for its turn and says so. What of an earlier turn went wrong stays while others follow it. */
  run(what: string, call: Call): void {
    if (!this.going) this.failed.textContent = '';
    this.waiting.set(what, call);
    if (this.going) this.refresh?.();
    else void this.work();
  }

  /** What takes no time waits for nothing: only what goes wrong is told here. */
  async atOnce(what: string, call: () => Promise<void>): Promise<void> {
    try {
      await call();
    } catch (error) {
      this.fail(what, error);
    }
  }

  /** Cancels what goes on, and forgets what waits. */
  stop(): void {
    this.waiting.clear();
    this.going?.abort();
  }

  private async work(): Promise<void> {
    for (let next = this.take(); next; next = this.take()) await this.turn(...next);
    this.show();
  }

  private take(): [string, Call] | undefined {
    const next = this.waiting.entries().next();
    if (next.done) return undefined;
    this.waiting.delete(next.value[0]);
    return next.value;
  }

  private async turn(what: string, call: Call): Promise<void> {
    const going = (this.going = new AbortController());
    const began = performance.now();
    this.bar.removeAttribute('value');
    let message = '';
    let left: string | undefined;
    this.refresh = () => {
      this.text.textContent = words.work.going(what, message, left, [...this.waiting.keys()]);
      this.show();
    };
    this.refresh();
    try {
      await call({
        signal: going.signal,
        onProgress: (value) => {
          const { done, total } = value;
          const share = total > 0 ? done / total : 0;
          if (share > 0) this.bar.value = share;
          const spent = performance.now() - began;
          const known = share >= enough.share && spent >= enough.milliseconds;
          message = value.message;
          left = known ? duration((spent * (1 - share)) / share) : undefined;
          this.refresh?.();
        },
      });
    } catch (error) {
      this.fail(what, error);
    } finally {
      this.going = undefined;
      this.refresh = undefined;
    }
  }

  private fail(what: string, error: unknown): void {
    if (isCancelled(error)) return;
    this.failed.textContent = words.work.failed(what, sentence(error).message);
    this.show();
  }

  private show(): void {
    const { failed, going, bar, text, cancel, element } = this;
    const parts = [...(failed.textContent === '' ? [] : [failed]), ...(going ? [bar, text, cancel.element] : [])];
    // The button keeps the focus while the words change.
    if (parts.length !== element.childElementCount || parts.some((part, i) => part !== element.children[i]))
      element.replaceChildren(...parts);
    element.hidden = parts.length === 0;
  }
}
