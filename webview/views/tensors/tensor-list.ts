/** The tensors of a file: as many rows in the page as can be seen, however many there are. */
import type { TensorInfo } from '../../../src/protocol/views';
import { h, oncePerFrame, onResize, setText } from '../../dom';
import { bytes, count, density, shapeText } from '../../format';
import { listWords } from './words';

const rowHeight = 24;
/** Rows kept ready above and below what is seen. */
const spare = 8;

export interface ListHandlers {
  choose(tensor: TensorInfo): void;
  /** Known density of a tensor. */
  density(name: string): number | undefined;
  /** These are seen now. */
  seen(tensors: readonly TensorInfo[]): void;
}

/** Long names differ at their ends: their middle is what gives way. */
const endLength = 20;
const nameCell = (name: string): HTMLElement => {
  const at = Math.max(0, name.length - endLength);
  return h('span', { class: 'c-name', title: name }, h('span', {}, name.slice(0, at)), h('span', {}, name.slice(at)));
};

const rowId = (index: number): string => `tensor-${index}`;

export class TensorList {
  readonly element: HTMLElement;
  private readonly rows = h('div', { class: 'rows' });
  private readonly room = h('div', { class: 'list-room' });
  private readonly list = h('div', { class: 'list', role: 'listbox', tabindex: 0, 'aria-label': listWords.label });
  private readonly summary = h('div', { class: 'list-count', role: 'status' });
  private shown: readonly TensorInfo[] = [];
  private chosen: string | undefined;
  private readonly draw = oncePerFrame(() => this.drawRows());
  private readonly stopResizing: () => void;

  constructor(private readonly handlers: ListHandlers) {
    const titles = listWords.columns.map((title) => h('span', { class: `c-${title}` }, title));
    this.room.append(this.rows);
    this.list.append(this.room);
    this.element = h(
      'div',
      { class: 'tensor-list' },
      h('div', { class: 'list-head', 'aria-hidden': 'true' }, ...titles),
      this.list,
      this.summary,
    );
    this.list.addEventListener('scroll', () => this.draw(), { passive: true });
    this.list.addEventListener('keydown', (event) => this.key(event));
    this.stopResizing = onResize(this.list, () => this.draw());
  }

  show(tensors: readonly TensorInfo[], all: number): void {
    this.shown = tensors;
    this.room.style.height = `${tensors.length * rowHeight}px`;
    setText(this.summary, listWords.shown(tensors.length, all));
    this.draw();
  }

  /** Marks a tensor and brings it into sight. */
  mark(name: string | undefined): void {
    this.chosen = name;
    const at = this.shown.findIndex((tensor) => tensor.name === name);
    if (at >= 0) {
      const top = at * rowHeight;
      const { scrollTop, clientHeight } = this.list;
      if (top < scrollTop) this.list.scrollTop = top;
      else if (top + rowHeight > scrollTop + clientHeight) this.list.scrollTop = top + rowHeight - clientHeight;
      this.list.setAttribute('aria-activedescendant', rowId(at));
    }
    this.draw();
  }

  refresh(): void {
    this.draw();
  }

  dispose(): void {
    this.stopResizing();
    this.draw.cancel();
  }

  private drawRows(): void {
    const { scrollTop, clientHeight } = this.list;
    const first = Math.max(0, Math.floor(scrollTop / rowHeight) - spare);
    const last = Math.min(this.shown.length, Math.ceil((scrollTop + clientHeight) / rowHeight) + spare);
    this.rows.style.transform = `translateY(${first * rowHeight}px)`;
    this.rows.replaceChildren(...this.shown.slice(first, last).map((tensor, i) => this.row(tensor, first + i)));
    this.handlers.seen(this.shown.slice(first, last));
  }

  private row(tensor: TensorInfo, index: number): HTMLElement {
    const known = this.handlers.density(tensor.name);
    const selected = tensor.name === this.chosen;
    return h(
      'div',
      {
        class: 'row',
        role: 'option',
        id: rowId(index),
        'aria-selected': String(selected),
        'aria-setsize': this.shown.length,
        'aria-posinset': index + 1,
        on: { click: () => this.handlers.choose(tensor) },
      },
      nameCell(tensor.name),
      h('span', { class: 'c-shape', title: shapeText(tensor.shape) }, shapeText(tensor.shape)),
      h('span', { class: 'c-type', title: tensor.dtype }, tensor.dtype),
      h('span', { class: 'c-size', title: `${count(tensor.bytes)} bytes` }, bytes(tensor.bytes)),
      h(
        'span',
        { class: 'c-density', title: known === undefined ? undefined : String(known) },
        known === undefined ? '' : density(known),
      ),
    );
  }

  private key(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor(this.list.clientHeight / rowHeight) - 1);
    const last = this.shown.length - 1;
    const at = this.shown.findIndex(({ name }) => name === this.chosen);
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, PageUp: at - page, PageDown: at + page, Home: 0, End: last }[
      event.key
    ];
    if (to === undefined || last < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.handlers.choose(this.shown[Math.max(0, Math.min(last, to))]);
  }
}
