/** Which group's sequence is shown: of a convolution in groups, or of a stack. */
import { dropdown } from '../../controls';
import { h } from '../../dom';
import { groupWords } from './words';

/** Not seen where there is one only. */
export class GroupChooser {
  /** From 0. */
  group = 0;
  readonly element: HTMLElement;
  private readonly choice;

  constructor(chosen: () => void) {
    this.choice = dropdown<string>(groupWords.label, [], '', (group) => {
      this.group = Number(group);
      chosen();
    });
    this.element = h(
      'span',
      { class: 'layer-chooser' },
      h('span', { class: 'layer-label', 'aria-hidden': 'true' }, groupWords.label),
      this.choice.element,
    );
  }

  /** Begins at the first of `count`. */
  offer(count: number): void {
    this.group = 0;
    this.element.hidden = count < 2;
    const option = (_: unknown, group: number) => ({ value: String(group), text: groupWords.option(group, count) });
    this.choice.offer(Array.from({ length: count }, option));
    this.choice.value = '0';
  }
}
