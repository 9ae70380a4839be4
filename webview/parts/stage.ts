/** The frame every picture stands in: a line of controls, the picture or its table, the read-out line. */
import { iconButton } from '../controls';
import { composePng } from '../drawing/png';
import { csvChunks } from '../drawing/csv';
import { h } from '../dom';
import { isCancelled, noPicture, sentence } from '../errors';
import { count } from '../format';
import { readTheme } from '../theme';
import { fileStem, savePieces, type Save } from './export';
import { showHelp, type HelpTopic } from './help';
import { ReadOut } from './read-out';
import type { Table } from './table';
import { TableTwin } from './table-twin';

/** What a view gives the stage to show. */
export interface Exhibit {
  help: HelpTopic;
  /** Parts of the name of an exported file. */
  stem(): string[];
  /** Lines under an exported picture. */
  caption(): string[];
  /** Canvases of the picture, in reading order. */
  pictures(): (HTMLCanvasElement | undefined)[];
  /** The same in numbers. */
  table(): Table | undefined;
  /** True when the key was for this view. */
  key?(event: KeyboardEvent): boolean;
  dispose(): void;
}

export interface StageOptions {
  save: Save;
  /** Keys that work in every view of the page. */
  keys: HelpTopic['keys'];
}

const stageKeys: HelpTopic['keys'] = [
  ['t', 'Table instead of the picture, and back'],
  ['e', 'Export the picture (PNG)'],
  ['Shift+E', 'Export the table (CSV)'],
  ['?', 'This help'],
];

export class Stage {
  readonly readOut = new ReadOut();
  readonly element: HTMLElement;
  private readonly controls = h('div', { class: 'controls' });
  private readonly body = h('div', { class: 'body' });
  private readonly picture = iconButton('picture', 'Export the picture (PNG)', () => void this.exportPicture(), 'e');
  private readonly file = iconButton('file', 'Export the table (CSV)', () => void this.exportTable(), 'Shift+E');
  private readonly tableToggle = iconButton('table', 'Show as a table', () => this.toggleTable(), 't');
  private readonly help = iconButton('help', 'Help', () => this.showHelp(), '?');
  private exhibit: Exhibit | undefined;
  private content: HTMLElement | undefined;
  private twin: TableTwin | undefined;

  constructor(private readonly options: StageOptions) {
    const { picture, file, tableToggle, help } = this;
    const right = [picture, file, tableToggle, help].map(({ element }) => element);
    this.element = h(
      'section',
      { class: 'stage' },
      h(
        'div',
        { class: 'toolbar', role: 'toolbar', 'aria-label': 'View' },
        this.controls,
        h('div', { class: 'tools' }, ...right),
      ),
      this.body,
      this.readOut.element,
    );
    this.tableToggle.pressed = false;
  }

  /** Shows a view. What was shown is disposed. */
  show(exhibit: Exhibit, controls: readonly HTMLElement[], content: HTMLElement): void {
    this.clear();
    this.exhibit = exhibit;
    this.content = content;
    this.controls.replaceChildren(...controls);
    this.body.replaceChildren(content);
    this.enable(true);
  }

  /** A state instead of a view: loading, empty, error. */
  showState(state: HTMLElement): void {
    this.clear();
    this.body.replaceChildren(state);
    this.readOut.say('');
    this.enable(false);
  }

  /** Whether a view stands here, not a state. */
  get shows(): boolean {
    return this.exhibit !== undefined;
  }

  /** The numbers changed: an open table is made anew. */
  refreshTable(): void {
    if (this.twin) this.openTable(this.twin.start);
  }

  key(event: KeyboardEvent): boolean {
    const modified = event.ctrlKey || event.metaKey || event.altKey;
    if (!modified && this.commonKey(event.key)) return true;
    return this.twin === undefined && (this.exhibit?.key?.(event) ?? false);
  }

  clear(): void {
    this.closeTable();
    this.exhibit?.dispose();
    this.exhibit = undefined;
    this.content = undefined;
    this.controls.replaceChildren();
    this.body.replaceChildren();
  }

  private commonKey(key: string): boolean {
    switch (key) {
      case 't':
        this.toggleTable();
        return true;
      case 'e':
        void this.exportPicture();
        return true;
      case 'E':
        void this.exportTable();
        return true;
      case '?':
        this.showHelp();
        return true;
      default:
        return false;
    }
  }

  private enable(enabled: boolean): void {
    for (const one of [this.picture, this.file, this.tableToggle, this.help]) one.enabled = enabled;
  }

  private showHelp(): void {
    if (this.exhibit) showHelp(this.exhibit.help, [...this.options.keys, ...stageKeys]);
  }

  private toggleTable(): void {
    if (this.twin) this.closeTable();
    else this.openTable();
  }

  private openTable(start = 0): void {
    const table = this.exhibit?.table();
    if (!table) return;
    this.twin?.dispose();
    this.twin = new TableTwin(table, start);
    this.content?.setAttribute('hidden', '');
    this.body.append(this.twin.element);
    this.tableToggle.pressed = true;
    this.tableToggle.show('table', 'Show as a picture');
  }

  private closeTable(): void {
    this.twin?.dispose();
    this.twin = undefined;
    this.content?.removeAttribute('hidden');
    this.tableToggle.pressed = false;
    this.tableToggle.show('table', 'Show as a table');
  }

  private async exportPicture(): Promise<void> {
    const { exhibit } = this;
    if (!exhibit) return;
    // A hidden picture is not laid out: the table makes room for it.
    this.closeTable();
    await this.export(`${fileStem(...exhibit.stem())}.png`, async () => {
      const pictures = exhibit.pictures().filter((picture) => picture !== undefined);
      if (pictures.length === 0) throw noPicture();
      return [await composePng(pictures, exhibit.caption(), readTheme())];
    });
  }

  private async exportTable(): Promise<void> {
    const table = this.exhibit?.table();
    if (!this.exhibit || !table) return;
    const name = `${fileStem(...this.exhibit.stem())}.csv`;
    await this.export(
      name,
      () => Promise.resolve(csvChunks(table, new AbortController().signal)),
      `${count(table.length)} rows`,
    );
  }

  private async export(
    name: string,
    pieces: () => Promise<AsyncIterable<Uint8Array> | Iterable<Uint8Array>>,
    size = '',
  ): Promise<void> {
    try {
      if (await savePieces(this.options.save, name, await pieces())) this.readOut.say(`Saved ${name}`, size);
    } catch (error) {
      if (!isCancelled(error)) this.readOut.say(`Not exported: ${sentence(error).message}`);
    }
  }
}
