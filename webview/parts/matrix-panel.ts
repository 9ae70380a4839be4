/**
 * A weight matrix on the stage: mask or weights, zoom, cursor, legend, table. Used for a run's layers and a file's
 * tensors.
 */
import { iconButton, segmented } from '../controls';
import { divergingMap, maskMap, type ColourMap } from '../drawing/colour-map';
import { pending } from '../drawing/grid';
import { MatrixPicture, type MatrixMode, type MatrixSource } from '../drawing/matrix-picture';
import type { Cell } from '../drawing/matrix-overlay';
import type { AxisNames } from '../drawing/matrix-overlay';
import { MatrixView } from '../drawing/matrix-view';
import type { Counts } from '../drawing/tiles';
import { ValueBlocks } from '../drawing/value-blocks';
import { h } from '../dom';
import { shapeText } from '../format';
import { onThemeChange, readTheme, type Theme } from '../theme';
import { words } from '../words';
import { Legend } from './legend';
import { areaTable, marginalTables, nonZeroTable, type ExactSource } from './non-zero-table';
import type { Prefs } from './prefs';
import type { ReadOut } from './read-out';
import type { Table } from './table';

/** A third picture of a matrix, where there is one. */
export interface ExtraPicture {
  /** Its word in the choice of pictures. */
  word: string;
  colours(theme: Theme): ColourMap;
  /** What its colours stand for, and what else can be chosen about it. */
  legend: readonly HTMLElement[];
  /** What is said beside the element under the cursor, or of the whole. `known`: it can be said better now. */
  describe(cell: Cell | undefined, known: () => void): { main: string; more: string; exact?: string };
}

export interface MatrixSubject {
  /** `fc1`, or the name of a tensor. */
  name: string;
  source: MatrixSource & ExactSource;
  /** With `source.extra` only. */
  extra?: ExtraPicture;
  /** Subjects of one key have one mask. */
  maskKey: string;
  /** A layer's mask keeps and prunes weights; of any other tensor only zeros are known. */
  words: { kept: string; pruned: string };
  axes?: AxisNames;
  /** What is said besides shape and density while nothing is under the cursor. */
  about: string;
}

const text = words.matrix;
/** Masks kept, so that going back to a layer shows it at once. */
const masksKept = 8;
const modes: readonly { value: MatrixMode; text: string }[] = [
  { value: 'mask', text: text.mask },
  { value: 'weights', text: text.weights },
];

export class MatrixPanel {
  readonly view: MatrixView;
  readonly controls: HTMLElement[];
  readonly element: HTMLElement;
  private readonly legend = new Legend();
  private readonly legendRoom = h('span', { class: 'legend-room' }, this.legend.element);
  private readonly modeRoom = h('span', { class: 'mode-room' });
  private modeChoice: { value: MatrixMode } | undefined;
  private readonly masks = new Map<string, MatrixPicture>();
  private weights: MatrixPicture | undefined;
  private extra: { key: string; picture: MatrixPicture } | undefined;
  private subject: MatrixSubject | undefined;
  private values: ValueBlocks | undefined;
  private mode: MatrixMode;
  private colours: Record<'mask' | 'weights', ColourMap>;
  private readonly stopTheme: () => void;

  constructor(
    private readonly readOut: ReadOut,
    private readonly prefs: Prefs,
    private readonly failed: (error: unknown) => void,
  ) {
    this.mode = prefs.get('matrix.mode', ['mask', 'weights', 'extra']);
    this.modeChoice = this.makeChoice(undefined);
    this.colours = this.makeColours();
    this.view = new MatrixView('', {
      cursor: () => this.describe(),
      view: () => this.look(),
    });
    this.element = h('div', { class: 'matrix-panel' }, this.view.element);
    const zoomButtons = [
      iconButton('minus', text.zoomOut, () => this.view.zoomOut(), '-'),
      iconButton('plus', text.zoomIn, () => this.view.zoomIn(), '+'),
      iconButton('fit', text.fit, () => this.view.fit(), '0'),
    ];
    this.controls = [
      this.modeRoom,
      h('span', { class: 'button-group' }, ...zoomButtons.map(({ element }) => element)),
      this.legendRoom,
    ];
    this.stopTheme = onThemeChange(() => {
      this.colours = this.makeColours();
      this.view.setTheme(readTheme());
      this.draw();
    });
  }

  show(subject: MatrixSubject): void {
    const before = this.subject;
    this.subject = subject;
    this.modeChoice = this.makeChoice(subject.extra);
    this.values?.dispose();
    this.values = new ValueBlocks(subject.source, (range, signal) => subject.source.values(range, signal));
    this.view.setMatrix(subject.source, subject.axes);
    this.mask(subject);
    const stays = before?.name === subject.name;
    const last = stays ? this.weights : undefined;
    this.weights?.dispose();
    this.weights = undefined;
    if (this.shownMode === 'weights') this.loadWeights(last);
    if (this.shownMode === 'extra') this.loadExtra();
    this.look();
    this.draw();
  }

  tables(): Table[] {
    const { subject, counts } = this;
    if (!subject) return [];
    const { name, source } = subject;
    const { kept } = subject.words;
    if (!counts) return [areaTable(name, source, this.view.seen)];
    return [nonZeroTable(text.whatIs(name, kept), source, counts), ...marginalTables(name, kept, counts)];
  }

  key(event: KeyboardEvent): boolean {
    if (event.key !== 'w' || event.ctrlKey || event.metaKey || event.altKey) return this.view.key(event);
    const order = this.offered;
    this.setMode(order[(order.indexOf(this.shownMode) + 1) % order.length]);
    return true;
  }

  /** Of the whole matrix, once they are known. */
  get counts(): Counts | undefined {
    const mask = this.subject && this.masks.get(this.subject.maskKey);
    return mask?.loaded ? mask.counts : undefined;
  }

  /** The chosen one, where this matrix has it. */
  get shownMode(): MatrixMode {
    return this.mode === 'extra' && !this.subject?.extra ? 'mask' : this.mode;
  }

  dispose(): void {
    this.stopTheme();
    this.values?.dispose();
    this.weights?.dispose();
    this.extra?.picture.dispose();
    for (const mask of this.masks.values()) mask.dispose();
    this.view.dispose();
  }

  private get picture(): MatrixPicture | undefined {
    const mode = this.shownMode;
    if (mode === 'extra') return this.extra?.picture;
    return mode === 'weights' ? this.weights : this.subject && this.masks.get(this.subject.maskKey);
  }

  private get offered(): MatrixMode[] {
    return [...modes.map(({ value }) => value), ...(this.subject?.extra ? (['extra'] as const) : [])];
  }

  /** The choice of pictures: two of every matrix, and what this one has besides. */
  private makeChoice(extra: ExtraPicture | undefined): { value: MatrixMode } {
    const options = [...modes, ...(extra ? [{ value: 'extra' as const, text: extra.word }] : [])];
    // The focus would be lost with the element that has it.
    if (this.modeChoice && this.modeRoom.querySelectorAll('input').length === options.length) {
      this.modeChoice.value = this.shownMode;
      return this.modeChoice;
    }
    const choice = segmented<MatrixMode>(text.show, options, this.shownMode, (value) => this.setMode(value));
    this.modeRoom.replaceChildren(choice.element);
    return choice;
  }

  private makeColours(): Record<'mask' | 'weights', ColourMap> {
    const theme = readTheme();
    return { mask: maskMap(theme), weights: divergingMap(theme) };
  }

  private setMode(mode: MatrixMode): void {
    this.mode = mode;
    if (this.modeChoice) this.modeChoice.value = mode;
    this.prefs.set('matrix.mode', mode);
    if (mode === 'weights' && !this.weights) this.loadWeights(undefined);
    if (mode === 'extra') this.loadExtra();
    this.look();
    this.draw();
  }

  private mask({ maskKey, source }: MatrixSubject): void {
    const known = this.masks.get(maskKey);
    const picture = known ?? new MatrixPicture(source, 'mask', () => this.draw(), this.failed);
    this.masks.delete(maskKey);
    this.masks.set(maskKey, picture);
    if (this.masks.size <= masksKept) return;
    const [oldest, forgotten] = this.masks.entries().next().value!;
    forgotten.dispose();
    this.masks.delete(oldest);
  }

  private loadWeights(before: MatrixPicture | undefined): void {
    if (!this.subject) return;
    this.weights = new MatrixPicture(this.subject.source, 'weights', () => this.draw(), this.failed, before);
  }

  private loadExtra(): void {
    const key = this.subject?.source.extra?.key;
    if (!this.subject || key === undefined || this.extra?.key === key) return;
    this.extra?.picture.dispose();
    const picture = new MatrixPicture(this.subject.source, 'extra', () => this.draw(), this.failed);
    this.extra = { key, picture };
  }

  private look(): void {
    const { picture, subject } = this;
    if (!picture || !subject) return;
    picture.look(this.view.seen, this.view.pixels);
    this.showLegend(picture, subject);
  }

  private showLegend(picture: MatrixPicture, subject: MatrixSubject): void {
    const mode = this.shownMode;
    const items = mode === 'extra' ? subject.extra!.legend : [this.legend.element];
    if (items.some((item, i) => this.legendRoom.children[i] !== item) || this.legendRoom.children.length > items.length)
      this.legendRoom.replaceChildren(...items);
    if (mode !== 'extra') this.legend.show(mode, this.colours[mode], picture, subject.words);
  }

  private draw(): void {
    const { picture, subject } = this;
    if (!picture || !subject) return;
    const mode = this.shownMode;
    const colours = mode === 'extra' ? subject.extra!.colours(readTheme()) : this.colours[mode];
    this.view.setContent({ grids: picture.grids, colours, limit: picture.limit });
    // They count what is kept, which is no matter of the third picture.
    const counted = mode !== 'extra' && this.masks.get(subject.maskKey)?.counts !== undefined;
    this.view.setCounts(counted ? this.counts : undefined, counted);
    this.view.label(this.whole());
    this.showLegend(picture, subject);
    this.describe();
  }

  private whole(): string {
    const { subject, counts } = this;
    if (!subject) return '';
    const { rows, columns } = subject.source;
    const size = `${subject.name} · ${shapeText([rows, columns])}`;
    if (!counts) return size;
    const all = rows * columns;
    return text.whole(size, counts.total, all, subject.words.kept);
  }

  /** Says in the read-out what is under the cursor, or what the whole is. */
  describe(): void {
    const { subject, counts } = this;
    const cell = this.view.cursor;
    if (!subject) return;
    if (this.shownMode === 'extra') {
      const { main, more, exact } = subject.extra!.describe(cell, () => this.describe());
      this.readOut.say(main, more, exact);
      return;
    }
    if (!cell) {
      this.readOut.say(this.whole(), subject.about);
      return;
    }
    const { row, column } = cell;
    const value = this.values?.at(row, column, () => this.describe());
    const kept = this.isKept(row, column, value);
    const word = kept === undefined ? undefined : kept ? subject.words.kept : subject.words.pruned;
    const { rows, columns } = subject.source;
    const margins = counts
      ? text.margins(
          { at: row, kept: counts.byRow[row], of: columns },
          { at: column, kept: counts.byColumn[column], of: rows },
          subject.words.kept,
        )
      : '';
    this.readOut.say(
      text.element(subject.name, cell, value, word),
      margins,
      value === undefined ? '' : text.exact(value),
    );
  }

  /** By the mask where it is drawn element by element; else what is not zero was kept. */
  private isKept(row: number, column: number, value: number | undefined): boolean | undefined {
    const mask = this.subject && this.masks.get(this.subject.maskKey);
    const cell = mask?.element(row, column);
    if (cell !== undefined && cell !== pending) return cell !== 0;
    return value === undefined ? undefined : value !== 0;
  }
}
