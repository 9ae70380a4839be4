/** The steps whose weights were recorded, on the length of the run. */
import { iconButton, slider } from '../controls';
import { h, setText } from '../dom';
import { words } from '../words';
import { snap } from './snap';

/** More ticks than this cannot be told apart. */
const ticksShown = 200;

export interface TimelineState {
  /** Steps that can be chosen, ascending. */
  steps: readonly number[];
  chosen: number;
  /** The newest one is shown, whichever it is. */
  following: boolean;
  /** Completed updates, and all that are planned. */
  done: number;
  total: number;
}

export class Timeline {
  readonly element: HTMLElement;
  private readonly track = h('div', { class: 'timeline-track' });
  private readonly ticks = h('div', { class: 'timeline-ticks', 'aria-hidden': 'true' });
  private readonly progress = h('div', { class: 'timeline-progress', 'aria-hidden': 'true' });
  private readonly place = h('span', { class: 'timeline-words' });
  private readonly slide = slider(words.timeline.step, 0, (value) =>
    this.choose(snap(this.state.steps, this.state.chosen, value)),
  );
  private readonly buttons = [
    iconButton('first', words.timeline.first, () => this.go(-Infinity)),
    iconButton('previous', words.timeline.previous, () => this.go(-1), ','),
    iconButton('next', words.timeline.next, () => this.go(1), '.'),
    iconButton('last', words.timeline.last, () => this.go(Infinity)),
  ];
  private state: TimelineState = { steps: [], chosen: 0, following: false, done: 0, total: 0 };
  private ticked = '';

  constructor(private readonly choose: (step: number) => void) {
    this.track.append(this.progress, this.ticks, this.slide.element);
    this.element = h(
      'div',
      { class: 'timeline', role: 'group', 'aria-label': words.timeline.label },
      h('span', { class: 'button-group' }, ...this.buttons.map(({ element }) => element)),
      this.track,
      this.place,
    );
    this.buttons.forEach((button) => {
      button.enabled = false;
    });
    this.slide.enabled = false;
  }

  show(state: TimelineState): void {
    this.state = state;
    const { steps, chosen, done, following } = state;
    const total = Math.max(state.total, done, 1);
    const at = steps.indexOf(chosen);
    this.slide.max = total;
    this.slide.value = chosen;
    this.slide.enabled = steps.length > 1;
    const { initialisation, newest, checkpoint, spoken, place } = words.timeline;
    const name = chosen === 0 ? initialisation : following ? newest : checkpoint;
    this.slide.describe(spoken(chosen, name));
    setText(this.place, place(chosen, total, name));
    this.buttons.forEach((button, i) => {
      button.enabled = i < 2 ? at > 0 : at >= 0 && at < steps.length - 1;
    });
    this.progress.style.width = `${(100 * done) / total}%`;
    this.showTicks(total);
  }

  private showTicks(total: number): void {
    const { steps } = this.state;
    const every = Math.max(1, Math.ceil(steps.length / ticksShown));
    const shown = steps.filter((_, i) => i % every === 0);
    const key = `${total}:${shown.join()}`;
    if (key === this.ticked) return;
    this.ticked = key;
    this.ticks.replaceChildren(
      ...shown.map((step) => {
        const tick = h('span', { class: 'tick' });
        tick.style.left = `${(100 * step) / total}%`;
        return tick;
      }),
    );
  }

  private go(by: number): void {
    const { steps, chosen } = this.state;
    const at = Math.max(0, Math.min(steps.length - 1, steps.indexOf(chosen) + by));
    if (steps.length > 0) this.choose(steps[at]);
  }
}
