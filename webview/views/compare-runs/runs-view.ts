/** Compared runs: the table of what differs, their curves, and what came of them by density. */
import type { ComparedRun } from '../../../src/protocol/compare-runs';
import { dataDiffer, differingKeys, finalOf } from '../../../src/protocol/run-groups';
import { checkbox, segmented } from '../../controls';
import { h, setText } from '../../dom';
import type { Prefs } from '../../parts/prefs';
import { SortableTable, type SortableRow } from '../../parts/sortable-table';
import type { Exhibit, Stage } from '../../parts/stage';
import type { TableColumn } from '../../parts/table';
import { swatchOf } from '../compare/series';
import { RunCharts, type Which } from './charts';
import { runRow } from './run-rows';
import { allTables, epochAt, methodsOf, methodText, runTable, type DensityPoint } from './series';
import { atDensity, atStep, best, groupAccuracy, help, runAccuracy, runFigures, words } from './words';

export interface CompareRunsContext {
  stage: Stage;
  prefs: Prefs;
  open(directory: string): void;
}

export class CompareRunsView {
  readonly element = h('div', { class: 'compare compare-runs' });
  readonly controls: HTMLElement[];
  private readonly hidden = new Set<string>();
  private readonly whichChoice;
  private readonly table: SortableTable;
  private readonly note = h('p', { class: 'note', role: 'status' });
  private readonly legend = h('div', { class: 'compare-legend', role: 'group', 'aria-label': words.methods });
  private readonly room = h('div', { class: 'compare-charts' });
  private charts: RunCharts | undefined;
  /** Of what is drawn: anything else asks for other series. */
  private drawn = '';
  private which: Which;

  constructor(
    private runs: readonly ComparedRun[],
    private readonly context: CompareRunsContext,
  ) {
    this.which = context.prefs.get('runs.curves', ['validation', 'training']);
    const options = [
      { value: 'validation', text: words.validation },
      { value: 'training', text: words.training },
    ] as const;
    this.whichChoice = segmented<Which>(words.which, options, this.which, (which) => this.choose(which));
    this.controls = [this.whichChoice.element];
    this.table = new SortableTable(words.runs, ...this.rows());
    this.element.append(this.table.element, this.note, this.legend, this.room);
    this.drawLegend();
    this.draw();
  }

  /** The same runs, further on. */
  update(runs: readonly ComparedRun[]): void {
    this.runs = runs;
    this.refreshTable();
    this.drawLegend();
    this.draw();
  }

  exhibit(): Exhibit {
    return {
      help,
      stem: () => [words.stem],
      caption: () => [
        words.title(this.runs.length),
        words.caption(methodsOf(this.shown).join(', '), this.hidden.size),
        ...(this.noteText === '' ? [] : [this.noteText]),
      ],
      pictures: () => this.charts?.all.map((chart) => chart.picture()) ?? [],
      tables: () => allTables(this.runs),
      key: (event) => this.key(event),
      dispose: () => this.charts?.dispose(),
    };
  }

  private get methods(): string[] {
    return methodsOf(this.runs);
  }

  private get shown(): ComparedRun[] {
    return this.runs.filter(({ directory }) => !this.hidden.has(directory));
  }

  /** What has to be known before the pictures are believed. */
  private get noteText(): string {
    const { runs, shown } = this;
    const differs = differingKeys(runs).length > 0;
    return [
      ...(differs || runs.some(({ settings }) => settings === null) ? [] : [words.sameConfig]),
      ...(dataDiffer(shown) ? [words.otherData] : []),
      ...(shown.length === 0 ? [words.noneShown] : shown.every((run) => !finalOf(run)) ? [words.noEpoch] : []),
    ].join(' ');
  }

  private rows(): [TableColumn[], SortableRow[]] {
    const { runs, methods, hidden } = this;
    const { columns, rows, settings } = runTable(runs);
    const built = runs.map((run, i) => {
      const { directory } = run;
      return runRow(
        run,
        methods.indexOf(methodText(run)),
        { columns, cells: rows[i], settings },
        {
          shown: !hidden.has(directory),
          show: (shown) => this.show([run], shown),
          open: () => this.context.open(directory),
        },
      );
    });
    return [columns, built];
  }

  /** The rows are new elements: the keyboard stays on the control it was on. */
  private refreshTable(): void {
    const controls = (): HTMLElement[] => [
      ...this.table.element.querySelectorAll<HTMLElement>('button, vscode-checkbox'),
    ];
    const focused = controls().findIndex((control) => control === document.activeElement);
    this.table.update(...this.rows());
    if (focused >= 0) controls().at(focused)?.focus();
  }

  private show(runs: readonly ComparedRun[], shown: boolean): void {
    for (const { directory } of runs)
      if (shown) this.hidden.delete(directory);
      else this.hidden.add(directory);
    this.refreshTable();
    this.drawLegend();
    this.draw();
  }

  private drawLegend(): void {
    const { methods, runs, hidden } = this;
    const of = (method: string): ComparedRun[] => runs.filter((run) => methodText(run) === method);
    const focused = [...this.legend.querySelectorAll('vscode-checkbox')].findIndex(
      (box) => box === document.activeElement,
    );
    const items = methods.map((method, place) => {
      const some = of(method).some(({ directory }) => !hidden.has(directory));
      const { element } = checkbox(method, some, (shown) => this.show(of(method), shown));
      return h('span', { class: 'legend-item' }, h('span', { class: `swatch ${swatchOf(place)}` }), element);
    });
    this.legend.replaceChildren(...items);
    if (focused >= 0) items[focused].querySelector<HTMLElement>('vscode-checkbox')?.focus();
  }

  private choose(which: Which): void {
    this.which = which;
    this.whichChoice.value = which;
    this.context.prefs.set('runs.curves', which);
    this.draw();
  }

  private key(event: KeyboardEvent): boolean {
    if (event.key !== 'v' || event.ctrlKey || event.metaKey || event.altKey) return false;
    this.choose(this.which === 'validation' ? 'training' : 'validation');
    return true;
  }

  private draw(): void {
    const { shown, methods, which } = this;
    setText(this.note, this.noteText);
    const what = JSON.stringify([
      which,
      methods,
      shown.map(({ directory, state, method }) => [directory, state, method]),
    ]);
    if (this.charts && what === this.drawn) this.charts.update(shown);
    else {
      this.charts?.dispose();
      this.charts = new RunCharts(shown, methods, which, {
        step: (step) => this.describeStep(step),
        density: (density, points) => this.describeDensity(density, points),
      });
      this.room.replaceChildren(...this.charts.all.map(({ element }) => element));
      this.drawn = what;
    }
    this.describeStep(undefined);
    this.context.stage.refreshTable();
  }

  /** Best first: of many the line shows the first ones. */
  private describeStep(step: number | undefined): void {
    const key = this.which === 'validation' ? 'validationAccuracy' : 'trainAccuracy';
    const loss = this.which === 'validation' ? 'validationLoss' : 'trainLoss';
    const figures = this.shown
      .flatMap((run) => {
        const row = step === undefined ? run.curve.step.length - 1 : epochAt(run, step);
        return row === undefined || row < 0 ? [] : [{ run, accuracy: run.curve[key][row], loss: run.curve[loss][row] }];
      })
      .sort((a, b) => b.accuracy - a.accuracy)
      .map((one) => runFigures(one.run, one.accuracy, one.loss));
    this.say(step === undefined ? figures.slice(0, 1).map(best) : [atStep(step), ...figures]);
  }

  private describeDensity(density: number | undefined, points: readonly DensityPoint[]): void {
    if (density === undefined) {
      this.describeStep(undefined);
      return;
    }
    const groups = points.flatMap(({ group, run }) =>
      !run && group.accuracy ? [groupAccuracy(methodText(this.shown[group.runs[0]]), group.accuracy)] : [],
    );
    const runs = points.flatMap(({ run, y }) => (run ? [runAccuracy(run, y)] : []));
    this.say([atDensity(density), ...groups, ...runs]);
  }

  private say(parts: readonly string[]): void {
    const main = parts.slice(0, 2).join(' · ');
    this.context.stage.readOut.say(main, parts.slice(2).join(' · '), parts.join('\n'));
  }
}
