/** Memory: which layers own which part of it, and which weights share a location. */
import type { SharingReport } from '../../../src/protocol/sharing';
import type { OwnersRequest, SharersPage } from '../../../src/protocol/sharing-view';
import { iconButton } from '../../controls';
import { h } from '../../dom';
import { isCancelled, sentence } from '../../errors';
import type { Table } from '../../parts/table';
import { onThemeChange } from '../../theme';
import { categoryLegend } from './category-legend';
import { MemoryMap } from './memory-map';
import type { Section, SharingContext } from './section';
import { ownersTable, sharersTable } from './tables';
import { factsOf, memoryWords, sharersText } from './words';

/** A location is asked about when the cursor rests on it so long, milliseconds. */
const rest = 40;

export class MemorySection implements Section {
  readonly id = 'memory';
  readonly help = { text: memoryWords.help, keys: memoryWords.keys };
  readonly element: HTMLElement;
  readonly controls: readonly HTMLElement[];
  private readonly map: MemoryMap;
  private readonly legend = h('ul', { class: 'category-legend', 'aria-label': memoryWords.columns.layer });
  private readonly stopTheme: () => void;
  private report: SharingReport | undefined;
  /** Of the location under the cursor, once it is known. */
  private page: SharersPage | undefined;
  private asking = new AbortController();
  private owning = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly context: SharingContext) {
    this.map = new MemoryMap({
      label: memoryWords.label,
      x: memoryWords.location,
      y: memoryWords.load,
      cursor: (location) => this.point(location),
      wanted: (request) => void this.own(request),
    });
    this.controls = [
      h(
        'span',
        { class: 'button-group' },
        iconButton('minus', memoryWords.zoomOut, () => this.map.zoomOut(), '-').element,
        iconButton('plus', memoryWords.zoomIn, () => this.map.zoomIn(), '+').element,
        iconButton('fit', memoryWords.fit, () => this.map.fit(), '0').element,
      ),
    ];
    this.element = h('div', { class: 'sharing-memory' }, this.map.element, this.legend);
    this.stopTheme = onThemeChange(() => this.drawLegend());
  }

  show(report: SharingReport): void {
    this.report = report;
    const { layers, m, n, owners } = report;
    const even = { value: n / m, text: memoryWords.even(n / m) };
    const { bins } = owners;
    this.map.show(
      { layers: layers.map(({ name }) => name), m, even },
      { from: 0, to: m, bins, counts: Uint32Array.from(owners.counts) },
    );
    this.layerChanged();
  }

  layerChanged(): void {
    const layer = this.context.layer();
    this.map.choose(this.report?.layers.findIndex(({ name }) => name === layer) ?? -1);
    this.drawLegend();
  }

  describe(): void {
    const { report, page } = this;
    const { readOut } = this.context.stage;
    if (!report) return;
    const location = this.map.cursor;
    if (location === undefined) readOut.say(factsOf(report), memoryWords.whole(report.layers.length, report.m));
    else if (page?.location !== location) readOut.say(memoryWords.pointing(location, report.m));
    else {
      const { main, more, exact } = sharersText(page, report);
      readOut.say(main, more, exact);
    }
  }

  pictures(): (HTMLCanvasElement | undefined)[] {
    return [this.map.picture()];
  }

  tables(): Table[] {
    const { report, page } = this;
    const { shown } = this.map;
    return [
      ...(report && shown ? [ownersTable(report, shown)] : []),
      ...(page && page.total > 0 ? [sharersTable(page)] : []),
    ];
  }

  caption(): string {
    const { shown } = this.map;
    return shown ? memoryWords.part(shown.from, shown.to) : '';
  }

  key(event: KeyboardEvent): boolean {
    return this.map.key(event);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.asking.abort();
    this.owning.abort();
    this.stopTheme();
    this.map.dispose();
  }

  private drawLegend(): void {
    this.legend.replaceChildren(
      ...categoryLegend(this.report?.layers.map(({ name }) => name) ?? [], this.context.layer()),
    );
  }

  private point(location: number | undefined): void {
    clearTimeout(this.timer);
    this.asking.abort();
    if (location !== undefined) this.timer = setTimeout(() => void this.ask(location), rest);
    this.describe();
  }

  /** What goes wrong is said in the line: the map stays. */
  private async ask(location: number): Promise<void> {
    const asking = new AbortController();
    this.asking = asking;
    try {
      const page = await this.context.remote.sharers({ location }, { signal: asking.signal });
      if (asking.signal.aborted) return;
      this.page = page;
      this.describe();
      this.context.stage.refreshTable();
    } catch (error) {
      if (!isCancelled(error) && !asking.signal.aborted) this.context.stage.readOut.say(sentence(error).message);
    }
  }

  private async own(request: OwnersRequest): Promise<void> {
    this.owning.abort();
    const owning = new AbortController();
    this.owning = owning;
    try {
      const owners = await this.context.remote.sharingOwners(request, { signal: owning.signal });
      if (owning.signal.aborted) return;
      this.map.take(owners);
      this.context.stage.refreshTable();
    } catch (error) {
      if (!isCancelled(error) && !owning.signal.aborted) this.context.stage.readOut.say(sentence(error).message);
    }
  }
}
