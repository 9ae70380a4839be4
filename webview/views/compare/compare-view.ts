/** Compared initialisations: the summary, density and singular values by layer, all spectra of one layer. */
import type { ComparedMethod, Comparison } from '../../../src/protocol/compare';
import { methodName } from '../../../src/protocol/words';
import { checkbox, dropdown } from '../../controls';
import { Chart } from '../../drawing/chart';
import type { Mark } from '../../drawing/chart-spec';
import { h } from '../../dom';
import { count, figure } from '../../format';
import type { Prefs } from '../../parts/prefs';
import type { Exhibit, Stage } from '../../parts/stage';
import {
  cancelledWords,
  densityData,
  layerNames,
  layersTable,
  rangeData,
  spectraData,
  styleOf,
  swatchOf,
  type Placed,
} from './series';
import { summaryTable } from './summary-table';
import { help, words } from './words';

const atOne: Mark = { axis: 'y', value: 1, text: '' };
const fromZero = (_: number, most: number): [number, number] => [0, Math.max(most, 1e-9) * 1.08];
const aroundOne = (_: number, most: number): [number, number] => [0, Math.max(1, most) * 1.08];

export interface CompareContext {
  stage: Stage;
  prefs: Prefs;
  layer: string | null;
  /** The person chose another layer. */
  choose(layer: string): void;
}

export class CompareView {
  readonly element = h('div', { class: 'compare' });
  readonly controls: HTMLElement[];
  private readonly methods: readonly ComparedMethod[];
  private readonly names: string[];
  private readonly hidden = new Set<number>();
  private readonly layerChoice;
  private readonly logChoice;
  private readonly summary;
  private readonly room = h('div', { class: 'compare-charts' });
  private charts: Chart[] = [];
  private layer: string;
  private log: boolean;

  constructor(
    private readonly comparison: Comparison,
    private readonly context: CompareContext,
  ) {
    this.methods = comparison.methods;
    this.names = layerNames(this.methods);
    this.layer = this.names.find((name) => name === context.layer) ?? this.names.at(0) ?? '';
    this.log = context.prefs.get('compare.log', ['off', 'on']) === 'on';
    this.summary = summaryTable(this.methods);
    const options = this.names.map((name) => ({ value: name, text: name }));
    this.layerChoice = dropdown(words.layer, options, this.layer, (name) => this.choose(name));
    this.logChoice = checkbox(words.logSigma, this.log, (log) => this.setLog(log));
    this.controls = [this.layerChoice.element, this.logChoice.element];
    const toggles = this.ran.map(({ method, place }) => this.toggle(method, place));
    const legend = h('div', { class: 'compare-legend', role: 'group', 'aria-label': words.shownMethods }, ...toggles);
    this.element.append(this.summary.element, legend, this.room);
    this.draw();
  }

  exhibit(): Exhibit {
    const { comparison } = this;
    return {
      help,
      stem: () => [comparison.config, words.stem],
      caption: () => [
        words.title(comparison.config),
        words.caption(this.shown.map(({ method }) => methodName(method)).join(', '), this.layer),
        ...(comparison.notDrawn ? [cancelledWords(this.methods.length, comparison.notDrawn)] : []),
      ],
      pictures: () => this.charts.map((chart) => chart.picture()),
      tables: () => [layersTable(this.methods)],
      key: (event) => this.key(event),
      dispose: () => this.clear(),
    };
  }

  /** Those that could be run: a method that failed has a row in the summary only. */
  private get ran(): Placed[] {
    return this.methods.filter(({ layers }) => layers.length > 0).map((method, place) => ({ method, place }));
  }

  private get shown(): Placed[] {
    return this.ran.filter(({ place }) => !this.hidden.has(place));
  }

  private toggle(method: ComparedMethod, place: number): HTMLElement {
    const { element } = checkbox(methodName(method), true, (shown) => {
      if (shown) this.hidden.delete(place);
      else this.hidden.add(place);
      this.draw();
    });
    return h('span', { class: 'legend-item' }, h('span', { class: `swatch ${swatchOf(place)}` }), element);
  }

  private key(event: KeyboardEvent): boolean {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    const by = event.key === '[' ? -1 : event.key === ']' ? 1 : 0;
    if (by !== 0) this.choose(this.names.at(this.names.indexOf(this.layer) + by) ?? this.names[0]);
    else if (event.key === 'l') this.setLog(!this.log);
    else return false;
    return true;
  }

  private choose(name: string): void {
    this.layer = name;
    this.layerChoice.value = name;
    this.context.choose(name);
    this.draw();
  }

  private setLog(log: boolean): void {
    this.log = log;
    this.context.prefs.set('compare.log', log ? 'on' : 'off');
    (this.logChoice.element as HTMLInputElement).checked = log;
    this.draw();
  }

  private clear(): void {
    for (const chart of this.charts) chart.dispose();
    this.charts = [];
  }

  private draw(): void {
    this.clear();
    const { shown, names, log } = this;
    const byLayer = {
      label: '',
      whole: true,
      range: (): [number, number] => [0.5, Math.max(1, names.length) + 0.5],
      text: (at: number) => names.at(at - 1) ?? '',
    };
    const density = new Chart({
      label: words.densityOfLayers,
      x: byLayer,
      y: { label: words.density, range: fromZero },
      series: shown.map(({ method, place }) => ({ label: methodName(method), draw: 'marked', ...styleOf(place) })),
      cursor: (at) => this.describeLayer(at),
    });
    density.setData(densityData(shown, names));
    const spectra = new Chart({
      label: words.spectraByMethod(this.layer),
      x: { label: words.index, whole: true },
      y: { label: words.spectra(this.layer), range: aroundOne },
      series: shown.map(({ method, place }) => ({
        label: methodName(method),
        draw: 'line',
        width: 2,
        ...styleOf(place),
      })),
    });
    spectra.setData(spectraData(shown, this.layer, log));
    const ranges = shown.map(({ method, place }) => {
      const chart = new Chart({
        label: words.ranges(methodName(method)),
        x: byLayer,
        y: { label: words.sigma(methodName(method)), range: aroundOne },
        series: [
          { label: words.least, colour: 'muted', draw: 'marked', dash: [2, 3] },
          { label: words.mean, colour: styleOf(place).colour, draw: 'marked', width: 2 },
          { label: words.most, colour: 'muted', draw: 'marked', dash: [6, 3] },
        ],
        cursor: (at) => this.describeLayer(at),
        pick: (x) => this.choose(names[Math.max(0, Math.min(names.length - 1, Math.round(x) - 1))]),
      });
      chart.setData(rangeData(method, names, log));
      return chart;
    });
    for (const chart of [spectra, ...ranges]) {
      chart.setMarks([atOne]);
      chart.setLog(log);
    }
    this.charts = [density, spectra, ...ranges];
    this.room.replaceChildren(...this.charts.map(({ element }) => element));
    this.describeLayer(undefined);
  }

  private describeLayer(at: number | undefined): void {
    const name = at === undefined ? this.layer : this.names[at];
    const figures = this.shown.flatMap(({ method }) => {
      const layer = method.layers.find((one) => one.name === name);
      if (!layer) return [];
      const { min, mean, max } = layer.singularValues;
      return [
        words.ofLayer(
          methodName(method),
          figure(layer.density),
          count(layer.nonZeros),
          figure(min),
          figure(mean),
          figure(max),
        ),
      ];
    });
    this.context.stage.readOut.say(`${name} · ${figures.at(0) ?? ''}`, figures.slice(1).join(' · '));
  }
}
