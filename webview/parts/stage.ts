/** The frame every picture stands in: a line of controls, the picture or its table, the read-out line. */
import { iconButton } from '../controls';
import { composePng } from '../drawing/png';
import { csvChunks } from '../drawing/csv';
import { h } from '../dom';
import { isCancelled, noPicture, sentence } from '../errors';
import { readTheme } from '../theme';
import { words } from '../words';
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
  /** The same in numbers, the most important first; none while there are no numbers. */
  tables(): readonly Table[];
  /** True when the key was for this view. */
  key?(event: KeyboardEvent): boolean;
  dispose(): void;
}

export interface StageOptions {
  save: Save;
  /** Keys that work in every view of the page. */
  keys: HelpTopic['keys'];
}

export class Stage {
  readonly readOut = new ReadOut();
  readonly element: HTMLElement;
  private readonly controls = h('div', { class: 'controls' });
  private readonly body = h('div', { class: 'body' });
  private readonly picture = iconButton('picture', words.exportPicture, () => void this.exportPicture(), 'e');
  private readonly file = iconButton('file', words.exportTable, () => void this.exportTable(), 'Shift+E');
  private readonly tableToggle = iconButton('table', words.showTable, () => this.toggleTable(), 't');
  private readonly help = iconButton('help', words.help, () => this.showHelp(), '?');
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
        { class: 'toolbar', role: 'toolbar', 'aria-label': words.viewTools },
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

  /** The numbers changed. */
  refreshTable(): void {
    const tables = this.exhibit?.tables() ?? [];
    if (tables.length > 0) this.twin?.update(tables);
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
    if (this.exhibit) showHelp(this.exhibit.help, [...this.options.keys, ...words.stageKeys]);
  }

  private toggleTable(): void {
    if (this.twin) this.closeTable();
    else this.openTable();
  }

  private openTable(): void {
    const tables = this.exhibit?.tables() ?? [];
    if (tables.length === 0) return;
    this.twin = new TableTwin(tables);
    this.content?.setAttribute('hidden', '');
    this.body.append(this.twin.element);
    this.tableToggle.pressed = true;
    this.tableToggle.show('table', words.showPicture);
  }

  private closeTable(): void {
    this.twin?.dispose();
    this.twin = undefined;
    this.content?.removeAttribute('hidden');
    this.tableToggle.pressed = false;
    this.tableToggle.show('table', words.showTable);
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
    const { exhibit } = this;
    const tables = exhibit?.tables() ?? [];
    if (!exhibit || tables.length === 0) return;
    const table = this.twin?.table ?? tables[0];
    // The first table goes by the picture's name alone.
    const which = table.name === tables[0].name ? [] : [table.name.toLowerCase()];
    const name = `${fileStem(...exhibit.stem(), ...which)}.csv`;
    await this.export(
      name,
      () => Promise.resolve(csvChunks(table, new AbortController().signal)),
      words.rowCount(table.length),
    );
  }

  private async export(
    name: string,
    pieces: () => Promise<AsyncIterable<Uint8Array> | Iterable<Uint8Array>>,
    size = '',
  ): Promise<void> {
    try {
      if (await savePieces(this.options.save, name, await pieces())) this.readOut.say(words.saved(name), size);
    } catch (error) {
      if (!isCancelled(error)) this.readOut.say(words.notExported(sentence(error).message));
    }
  }
}
