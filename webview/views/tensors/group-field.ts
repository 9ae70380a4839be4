/** How many matrices the rows of a tensor are, and which one is played. */
import { entryField } from '../../controls';
import { h } from '../../dom';
import { GroupChooser } from '../givens/group-chooser';
import { rotationWords } from './words';

/** All numbers of groups that divide the rows, ascending. */
export function divisors(rows: number): number[] {
  const small: number[] = [];
  for (let n = 1; n * n <= rows; n++) if (rows % n === 0) small.push(n);
  const large = small.map((n) => rows / n).reverse();
  return [...small, ...(small.at(-1) === large[0] ? large.slice(1) : large)];
}

export class GroupField {
  readonly element: HTMLElement;
  /** What was typed, when that is no number of groups. */
  wrong: string | undefined;
  private readonly chooser: GroupChooser;

  /** `groups`: at first. */
  constructor(
    rows: number,
    public groups: number,
    changed: () => void,
  ) {
    this.chooser = new GroupChooser(changed);
    this.chooser.offer(groups);
    const field = entryField(rotationWords.groups, String(groups), (text) => {
      const typed = Number(text);
      this.wrong = text.trim() !== '' && divisors(rows).includes(typed) ? undefined : text;
      if (this.wrong === undefined) this.groups = typed;
      this.chooser.offer(this.wrong === undefined ? typed : 1);
      changed();
    });
    field.element.title = rotationWords.aboutGroups;
    this.element = h(
      'span',
      { class: 'group-field' },
      h('span', { class: 'layer-label', 'aria-hidden': 'true' }, rotationWords.groups),
      field.element,
      this.chooser.element,
    );
  }

  /** From 0. */
  get group(): number {
    return this.chooser.group;
  }
}
