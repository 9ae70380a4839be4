/**
 * The third picture of a layer whose weights are shared: with which layer, or with how many, each shares its location.
 */
import type { Remote } from '../../../src/protocol/rpc';
import type { LayerSummary } from '../../../src/protocol/run';
import type { SharedBy, SharersPage } from '../../../src/protocol/sharing-view';
import type { RunViewApi } from '../../../src/protocol/views';
import { segmented } from '../../controls';
import { cellColours } from '../../drawing/categories';
import { colourOf, maskMap, namedMap } from '../../drawing/colour-map';
import type { Cell } from '../../drawing/matrix-overlay';
import type { ExtraSource } from '../../drawing/matrix-picture';
import { h } from '../../dom';
import { isCancelled } from '../../errors';
import type { ExtraPicture } from '../../parts/matrix-panel';
import { readTheme } from '../../theme';
import { othersText, sharingWords as words } from './sharing-words';

/** Of the legend: more layers than this are told by the read-out alone. */
const mostNamed = 12;

interface Answers {
  source: ExtraSource;
  picture: ExtraPicture;
}

export class SharingPicture {
  private page: { at: string; page: SharersPage } | undefined;
  private asking = new AbortController();
  private asked = '';

  /** `changed`: another choice of colours was made. */
  constructor(
    private readonly remote: Remote<RunViewApi>,
    private by: SharedBy,
    private readonly changed: (by: SharedBy) => void,
    private readonly failed: (error: unknown) => void,
  ) {}

  /** `layers`: those that are shared, in order; `most`: other weights at a location, at the most. */
  of({ name, shape: [, columns] }: LayerSummary, layers: readonly string[], most: number): Answers {
    const { by, remote } = this;
    const limit = by === 'layer' ? layers.length : most;
    const source: ExtraSource = {
      key: `${name} ${by}`,
      merge: by === 'layer' ? 'first' : 'mean',
      limit,
      cells: async (range, signal) => {
        const tile = await remote.sharingTile({ layer: name, by, ...range }, { signal });
        const values = Float32Array.from(tile.values, (value) => value * tile.scale);
        return { rows: range.rowEnd - range.rowStart, columns: range.columnEnd - range.columnStart, values };
      },
    };
    const picture: ExtraPicture = {
      word: words.word,
      colours: (theme) => (by === 'layer' ? namedMap(theme, cellColours(layers.length, theme)) : maskMap(theme)),
      legend: [this.choice(), by === 'layer' ? layerLegend(layers) : numberLegend(most)],
      describe: (cell, known) => this.describe(name, columns, cell, known),
    };
    return { source, picture };
  }

  dispose(): void {
    this.asking.abort();
  }

  private choice(): HTMLElement {
    const options = [
      { value: 'layer', text: words.layer },
      { value: 'number', text: words.number },
    ] as const;
    return segmented<SharedBy>(words.by, options, this.by, (by) => {
      this.by = by;
      this.changed(by);
    }).element;
  }

  private describe(
    name: string,
    columns: number,
    cell: Cell | undefined,
    known: () => void,
  ): ReturnType<ExtraPicture['describe']> {
    if (!cell) return { main: words.whole[this.by](name), more: '' };
    const main = words.element(name, cell);
    const at = `${name} ${cell.row} ${cell.column}`;
    if (this.page?.at === at) return { main: `${main} · ${othersText(this.page.page, name)}`, more: '' };
    if (this.asked !== at) void this.ask(at, { layer: name, index: cell.row * columns + cell.column }, known);
    return { main, more: '' };
  }

  private async ask(at: string, weight: { layer: string; index: number }, known: () => void): Promise<void> {
    this.asking.abort();
    const asking = new AbortController();
    this.asking = asking;
    this.asked = at;
    try {
      const page = await this.remote.sharersOfWeight(weight, { signal: asking.signal });
      if (asking.signal.aborted) return;
      this.page = { at, page };
      known();
    } catch (error) {
      if (!isCancelled(error) && !asking.signal.aborted) this.failed(error);
    }
  }
}

const sample = (colour: string): HTMLElement => {
  const swatch = h('span', { class: 'swatch area', 'aria-hidden': 'true' });
  swatch.style.backgroundColor = colour;
  return swatch;
};

const layerLegend = (layers: readonly string[]): HTMLElement => {
  const theme = readTheme();
  const colours = cellColours(layers.length, theme);
  const items = layers
    .slice(0, mostNamed)
    .map((name, i) => h('li', { class: 'legend-item' }, sample(`rgb(${colours[i].join(', ')})`), name));
  const alone = h('li', { class: 'legend-item' }, sample(theme.background), words.alone);
  return h('ul', { class: 'category-legend inline' }, alone, ...items, layers.length > mostNamed && h('li', {}, '…'));
};

const numberLegend = (most: number): HTMLElement => {
  const colours = maskMap(readTheme());
  const ends: [number, string][] = [
    [0, words.alone],
    [1, words.many(most)],
  ];
  return h(
    'ul',
    { class: 'category-legend inline' },
    ...ends.map(([share, text]) => h('li', { class: 'legend-item' }, sample(colourOf(colours, share, 1)), text)),
  );
};
