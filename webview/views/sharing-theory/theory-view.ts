/**
 * The linear model with shared and with pruned weights, as an experiment: formulas held against draws, size by size.
 */
import { dataKinds, type DataKind } from '../../../src/core/rps/theory/data';
import { estimators, type Estimator } from '../../../src/core/rps/theory/estimators';
import { button, dropdown, segmented } from '../../controls';
import { h, oncePerFrame, setText } from '../../dom';
import { number } from '../../format';
import type { Prefs } from '../../parts/prefs';
import type { Exhibit, Stage } from '../../parts/stage';
import { numeric, tableOf, text, type Table } from '../../parts/table';
import { renderTable } from '../../parts/table-markup';
import { agreementOf, distanceOf, experimentOf, questions } from './experiment';
import { withoutRounding, type Cell, type Experiment, type Question, type Settings } from './experiment';
import { NumberFields } from './number-fields';
import { Slices } from './slices';
import { TheoryChart } from './theory-chart';
import type { Numbers } from './numbers';
import { cellText, formulaOf, settingsText, words } from './words';

export class TheoryView {
  readonly element = h('div', { class: 'sharing-theory' });
  readonly controls: readonly HTMLElement[];
  private readonly note = h('p', { class: 'note', role: 'status' });
  private readonly room = h('div', { class: 'theory-chart' });
  private readonly formula = h('p', { class: 'theory-formula' });
  private readonly list = h('div', { class: 'theory-table', role: 'region' });
  private readonly questionChoice;
  private readonly estimatorChoice;
  private readonly numbers: NumberFields;
  private readonly slices = new Slices();
  private readonly redraw = oncePerFrame(() => this.draw());
  private settings: Settings;
  private estimator: Estimator;
  /** The size that the table is of. */
  private chosen: number;
  private under: number | undefined;
  private experiment: Experiment;
  private chart: TheoryChart;
  /** Rises with every experiment: draws of an earlier one stop. */
  private life = 0;

  constructor(
    private readonly stage: Stage,
    private readonly prefs: Prefs,
  ) {
    this.numbers = new NumberFields(
      prefs,
      (change) => this.enter(change),
      () => this.tell(),
    );
    this.settings = {
      question: prefs.get('theory.question', questions),
      data: prefs.get('theory.data', dataKinds),
      ...this.numbers.values,
    };
    this.chosen = this.settings.m;
    this.numbers.offer(this.settings.data);
    this.estimator = prefs.get('theory.estimator', estimators);
    const option =
      <T extends string>(names: Record<T, string>) =>
      (value: T) => ({ value, text: names[value] });
    this.questionChoice = segmented<Question>(
      words.question,
      questions.map(option(words.questions)),
      this.settings.question,
      (question) => this.ask(question),
    );
    const data = dropdown<DataKind>(words.data, dataKinds.map(option(words.kinds)), this.settings.data, (kind) => {
      prefs.set('theory.data', kind);
      this.numbers.offer(kind);
      this.begin({ data: kind });
    });
    this.estimatorChoice = segmented<Estimator>(
      words.estimator,
      estimators.map(option(words.estimators)),
      this.estimator,
      (estimator) => this.choose(estimator),
    );
    this.controls = [
      this.questionChoice.element,
      data.element,
      ...this.numbers.elements,
      button(words.again, () => this.otherSeed()).element,
    ];
    this.element.append(
      this.note,
      this.room,
      h('div', { class: 'theory-below' }, this.estimatorChoice.element, this.formula, this.list),
    );
    this.experiment = experimentOf(this.settings);
    this.chart = this.makeChart();
    this.start();
  }

  exhibit(): Exhibit {
    return {
      help: words.help,
      stem: () => [words.stem, this.settings.question, this.settings.data],
      caption: () => [
        `${words.questions[this.settings.question]}: ${settingsText(this.settings)}`,
        this.status,
        `${words.estimators[this.estimator]}: ${formulaOf(this.settings, this.estimator)}`,
      ],
      pictures: () => [this.chart.chart.picture()],
      tables: () => [this.table()],
      key: (event) => this.key(event),
      dispose: () => {
        this.life++;
        this.redraw.cancel();
        this.chart.chart.dispose();
      },
    };
  }

  private ask(question: Question): void {
    this.prefs.set('theory.question', question);
    this.questionChoice.value = question;
    this.begin({ question });
  }

  private choose(estimator: Estimator): void {
    this.estimator = estimator;
    this.estimatorChoice.value = estimator;
    this.prefs.set('theory.estimator', estimator);
    this.draw();
  }

  private enter(change: Partial<Numbers>): void {
    if (change.m !== undefined) this.chosen = change.m;
    this.begin(change);
  }

  private otherSeed(): void {
    const seed = this.settings.seed + 1;
    this.numbers.put('seed', seed);
    this.begin({ seed });
  }

  private begin(change: Partial<Settings>): void {
    const next = { ...this.settings, ...change };
    // No memory is larger than the model.
    this.settings = { ...next, m: Math.min(next.m, next.n) };
    this.experiment = experimentOf(this.settings);
    this.chart.chart.dispose();
    this.chart = this.makeChart();
    this.start();
  }

  private makeChart(): TheoryChart {
    const { sizes } = this.experiment;
    // The nearest one that this experiment has.
    this.chosen = sizes.findLast((m) => m <= this.chosen) ?? sizes[0];
    this.numbers.put('m', this.chosen);
    this.under = undefined;
    return new TheoryChart(this.experiment, {
      cursor: (m) => {
        this.under = m;
        this.describe();
      },
      pick: (m) => this.pick(m),
    });
  }

  private pick(m: number): void {
    this.chosen = m;
    this.numbers.put('m', m);
    this.draw();
  }

  private start(): void {
    this.room.replaceChildren(this.chart.chart.element);
    this.draw();
    void this.drawAll(++this.life);
  }

  private async drawAll(life: number): Promise<void> {
    const { experiment } = this;
    // Of one size after the other, all estimators.
    for (const cell of experiment.cells) {
      const drawn = await this.slices.run(experiment.draw(cell), { aborted: () => life !== this.life });
      if (!drawn) return;
      cell.drawn = withoutRounding(drawn);
      this.redraw();
    }
  }

  private get status(): string {
    const { cells } = this.experiment;
    const drawn = cells.filter((cell) => cell.drawn);
    if (drawn.length < cells.length) return words.progress(drawn.length, cells.length);
    const known = cells.filter(({ closed }) => closed !== null);
    return words.done(known.filter((cell) => agreementOf(cell) === 'agrees').length, known.length);
  }

  /** How far it is; first what was typed and cannot be drawn. */
  private tell(): void {
    const { problem } = this.numbers;
    setText(this.note, problem ?? this.status);
    this.note.classList.toggle('wrong', problem !== undefined);
  }

  private draw(): void {
    const { chosen, experiment, settings, estimator } = this;
    this.chart.show(chosen);
    this.tell();
    setText(this.formula, formulaOf(settings, estimator));
    const { columns } = words;
    this.list.setAttribute('aria-label', words.at(chosen));
    this.list.replaceChildren(
      renderTable(
        words.at(chosen),
        [
          text(columns.estimator),
          numeric(columns.closed),
          numeric(columns.drawn),
          numeric(columns.error),
          numeric(columns.distance),
          text(columns.agreement),
        ],
        experiment.cells.filter(({ m }) => m === chosen).map((cell) => this.row(cell)),
      ),
    );
    this.list.querySelectorAll('tbody tr').forEach((row, i) => {
      row.classList.toggle('chosen', estimators[i] === estimator);
    });
    this.describe();
    this.stage.refreshTable();
  }

  private row(cell: Cell): (string | Node)[] {
    const { estimator, closed, drawn } = cell;
    const distance = distanceOf(cell);
    const agreement = agreementOf(cell);
    const verdict = { agrees: 'ok', differs: 'fail', drawing: 'info', 'no-formula': 'info' }[agreement];
    return [
      words.estimators[estimator],
      closed === null ? '' : number(closed),
      drawn ? number(drawn.mean) : '',
      drawn ? number(drawn.standardError) : '',
      distance === null ? '' : number(distance),
      h('span', { class: 'verdict', 'data-verdict': verdict }, words.agreement[agreement]),
    ];
  }

  private describe(): void {
    const { under, chosen, estimator, experiment } = this;
    const at = experiment.cells.filter(({ m }) => m === (under ?? chosen));
    const own = at.find((cell) => cell.estimator === estimator);
    const others = at.filter((cell) => cell !== own);
    if (own) this.stage.readOut.say(cellText(own), settingsText(this.settings), others.map(cellText).join('\n'));
  }

  private table(): Table {
    const { columns, table } = words;
    return tableOf(
      { name: table.name, caption: table.caption(this.settings) },
      [
        numeric(columns.m),
        text(columns.estimator),
        ...[columns.closed, columns.drawn, columns.error, columns.trials, columns.distance].map(numeric),
        text(columns.agreement),
      ],
      this.experiment.cells.map((cell) => [
        cell.m,
        words.estimators[cell.estimator],
        cell.closed ?? '',
        cell.drawn?.mean ?? '',
        cell.drawn?.standardError ?? '',
        cell.trials,
        distanceOf(cell) ?? '',
        words.agreement[agreementOf(cell)],
      ]),
    );
  }

  private key(event: KeyboardEvent): boolean {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    if (event.key === 'm') this.choose(estimators[(estimators.indexOf(this.estimator) + 1) % estimators.length]);
    else if (event.key === 'q') this.ask(this.settings.question === 'inner' ? 'learned' : 'inner');
    else if (event.key === 'Enter' && this.under !== undefined) this.pick(this.under);
    else return false;
    return true;
  }
}
