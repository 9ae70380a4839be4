/**
 * Tabs as the editor's panels have them. The toolkit's own keep their panels inside, which leaves no room for a header.
 */
import { h } from '../dom';

export interface TabTitle<T extends string> {
  id: T;
  title: string;
}

export class Tabs<T extends string> {
  readonly element: HTMLElement;
  private readonly buttons: HTMLButtonElement[];

  /** `panel`: id of the element that shows what is chosen. */
  constructor(
    label: string,
    private readonly tabs: readonly TabTitle<T>[],
    panel: string,
    private readonly choose: (id: T) => void,
  ) {
    this.buttons = tabs.map(({ id, title }) =>
      h(
        'button',
        { role: 'tab', id: `tab-${id}`, 'aria-controls': panel, type: 'button', on: { click: () => choose(id) } },
        title,
      ),
    );
    this.element = h(
      'div',
      { role: 'tablist', 'aria-label': label, on: { keydown: (event: KeyboardEvent) => this.key(event) } },
      ...this.buttons,
    );
  }

  /** One tab is in the Tab order, the chosen one; arrows lead to the others. */
  show(chosen: T): void {
    this.buttons.forEach((button, i) => {
      const selected = this.tabs[i].id === chosen;
      button.setAttribute('aria-selected', String(selected));
      button.tabIndex = selected ? 0 : -1;
    });
  }

  private key(event: KeyboardEvent): void {
    // With a modifier the keys belong to the view: Alt and an arrow is one rotation on or back.
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const at = this.buttons.findIndex((button) => button === document.activeElement);
    const last = this.buttons.length - 1;
    const to = { ArrowLeft: at === 0 ? last : at - 1, ArrowRight: at === last ? 0 : at + 1, Home: 0, End: last }[
      event.key
    ];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    this.buttons[to].focus();
    this.choose(this.tabs[to].id);
  }
}
