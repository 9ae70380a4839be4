/** Course: loss and update ratios of a run, and the steps that were kept before it failed. */
import type { Remote } from '../../../src/protocol/rpc';
import type { SharingEvent, SharingFailure, SharingReport } from '../../../src/protocol/sharing';
import type { SharingCourseCalls } from '../../../src/protocol/sharing-view';
import type { MetricsPage } from '../../../src/protocol/views';
import { dropdown, segmented } from '../../controls';
import type { Chart } from '../../drawing/chart';
import { h, setText } from '../../dom';
import type { Table } from '../../parts/table';
import { Series } from '../spectrum/series';
import { Metrics } from '../training/metrics';
import {
  courseCharts,
  courseColumns,
  failureColumns,
  fewSteps,
  positive,
  spansDecades,
  type CourseCharts,
} from './course-charts';
import { firstToShow } from './course-failures';
import { eventsTable, failureTable } from './course-tables';
import { courseLayers, courseSteps, type CourseStep } from './course-steps';
import {
  courseText,
  courseWords as words,
  failureKey,
  failureOption,
  failureStepText,
  failureText,
} from './course-words';
import type { Section, SharingContext } from './section';

/** What a run's tab can ask besides. */
export interface CourseContext {
  remote: Remote<SharingCourseCalls>;
  metrics: (start: number, end: number) => Promise<MetricsPage>;
  failed: (error: unknown) => void;
}

type Which = 'whole' | 'before';

const failed = ({ verdict }: SharingFailure): boolean => verdict === 'fail';

export class CourseSection implements Section {
  readonly id = 'course';
  readonly help = { text: words.help, keys: words.keys };
  readonly element = h('div', { class: 'sharing-course' });
  readonly controls: readonly HTMLElement[];
  private readonly note = h('p', { class: 'note', role: 'status' });
  private readonly whichChoice;
  /** Among the courses that are kept. */
  private readonly failureChoice;
  private readonly events: Series<SharingEvent>;
  private readonly metrics: Metrics;
  private charts: CourseCharts | undefined;
  private failures: readonly SharingFailure[] = [];
  /** Of the course that is shown. */
  private failure: SharingFailure | null = null;
  /** Key of the course that a person chose. */
  private wanted: string | undefined;
  private which: Which = 'whole';
  private shared: readonly string[] = [];
  /** Those that share weights, and others that trouble began in. */
  private layers: readonly string[] = [];
  /** Of the whole run. */
  private steps: readonly CourseStep[] = [];
  private at: number | undefined;
  private extent: readonly [number, number] | undefined;
  /** As the charts were built. */
  private few = true;
  /** The courses among which one is chosen, as they were last offered. */
  private offered = '';
  private reading = false;
  private again = false;
  private disposed = false;

  constructor(
    private readonly context: SharingContext,
    private readonly course: CourseContext,
  ) {
    this.events = new Series((start, end) => course.remote.sharingEvents({ start, end }));
    this.metrics = new Metrics((start, end) => course.metrics(start, end));
    const options = [
      { value: 'whole', text: words.whole },
      { value: 'before', text: words.before },
    ] as const;
    this.whichChoice = segmented<Which>(words.which, options, 'whole', (which) => this.choose(which));
    this.whichChoice.element.hidden = true;
    this.failureChoice = dropdown<string>(words.failures, [], '', (key) => {
      this.wanted = key;
      this.failure = this.toShow();
      this.choose(this.which);
    });
    this.failureChoice.element.hidden = true;
    this.controls = [this.whichChoice.element, this.failureChoice.element];
    this.element.append(this.note);
  }

  show(report: SharingReport): void {
    this.shared = report.layers.map(({ name }) => name);
    this.layers = courseLayers(this.shared, this.failures);
    this.build();
    this.update();
  }

  /** The run went on. */
  update(): void {
    this.again = true;
    if (!this.reading) this.readAll().catch(this.course.failed);
  }

  /** The run was resumed from an earlier step. */
  forget(): void {
    this.events.forget();
    this.metrics.forget();
    this.failures = [];
    this.failure = null;
    this.wanted = undefined;
  }

  describe(): void {
    const { readOut } = this.context.stage;
    const { failure, at, which, steps } = this;
    if (failure && which === 'before') {
      const step = at === undefined ? undefined : failure.steps[at];
      readOut.say(step ? failureStepText(step) : failureText(failure));
      return;
    }
    const step = at === undefined ? steps.at(-1) : steps[at];
    readOut.say(step ? courseText(step) : '', failure ? failureText(failure) : '');
  }

  pictures(): (HTMLCanvasElement | undefined)[] {
    return this.charts?.all.map((chart) => chart.picture()) ?? [];
  }

  tables(): Table[] {
    const { name } = this.context;
    const kept = this.failure ? [failureTable(this.failure, name, this.layers)] : [];
    const all = [eventsTable(this.events.items, name, this.layers)];
    return this.which === 'before' ? [...kept, ...all] : [...all, ...kept];
  }

  caption(): string {
    return this.failure ? failureText(this.failure) : '';
  }

  key(event: KeyboardEvent): boolean {
    if (event.key !== 'r' || event.ctrlKey || event.metaKey || event.altKey || !this.failure) return false;
    this.choose(this.which === 'whole' ? 'before' : 'whole');
    return true;
  }

  dispose(): void {
    this.disposed = true;
    for (const chart of this.charts?.all ?? []) chart.dispose();
  }

  private choose(which: Which): void {
    this.which = which;
    this.whichChoice.value = which;
    this.build();
    this.draw();
  }

  /** Other charts: those of the failure have other columns. */
  private build(): void {
    if (this.disposed) return;
    for (const chart of this.charts?.all ?? []) chart.dispose();
    this.at = undefined;
    this.few = this.areFew;
    this.charts = courseCharts({
      layers: this.layers,
      steps: () => this.extent,
      few: this.few,
      memory: this.which === 'before' ? words.memory : words.growth,
      cursor: (at) => {
        this.at = at;
        this.describe();
      },
    });
    this.element.replaceChildren(this.note, ...this.charts.all.map(({ element }: Chart) => element));
  }

  private async readAll(): Promise<void> {
    this.reading = true;
    try {
      while (this.again && !this.disposed) {
        this.again = false;
        await this.events.update();
        await this.metrics.update();
        this.took(await this.course.remote.sharingFailures({}));
      }
    } finally {
      this.reading = false;
    }
  }

  /** What was kept by now. */
  private took(failures: readonly SharingFailure[]): void {
    // A run that failed is looked at where it did, once it is known.
    if (failures.some(failed) && !this.failures.some(failed)) this.which = 'before';
    this.failures = failures;
    const shown = this.failure;
    this.failure = this.toShow();
    this.whichChoice.element.hidden = this.failure === null;
    this.whichChoice.value = this.which;
    this.failureChoice.element.hidden = failures.length < 2;
    const options = failures.map((failure) => ({ value: failureKey(failure), text: failureOption(failure) }));
    const text = JSON.stringify(options);
    // An open list is left alone as long as it is right.
    if (text !== this.offered) this.failureChoice.offer(options);
    this.offered = text;
    this.failureChoice.value = this.failure ? failureKey(this.failure) : '';
    const layers = courseLayers(this.shared, failures);
    const other = layers.join() !== this.layers.join() || shown?.code !== this.failure?.code;
    this.layers = layers;
    if (other || this.few !== this.areFew) this.build();
    this.draw();
  }

  private toShow(): SharingFailure | null {
    return this.failures.find((failure) => failureKey(failure) === this.wanted) ?? firstToShow(this.failures) ?? null;
  }

  /** Steps to be drawn: points of their own for each, or only lines. */
  private get areFew(): boolean {
    const { failure, which, events, metrics } = this;
    if (failure && which === 'before') return true;
    return events.items.length <= fewSteps && metrics.drawn.rows().length <= fewSteps;
  }

  private draw(): void {
    const { charts, failure, layers, which } = this;
    if (!charts || this.disposed) return;
    const before = failure !== null && which === 'before';
    this.steps = courseSteps(this.events.items, this.failures);
    setText(this.note, failure ? failureText(failure) : this.events.items.length === 0 ? words.nothing : '');
    const { drawn, columns } = this.metrics;
    const of = before ? failureColumns(failure, layers) : courseColumns(this.steps, layers);
    const lossSteps = before ? of.step : drawn.rows().map((row) => columns.step[row]);
    const losses = before ? failure.steps.map(({ loss }) => loss) : [...drawn.column('loss')];
    // Steps ascend.
    const ends = [of.step, lossSteps].flatMap((steps) => (steps.length > 0 ? [steps[0], steps.at(-1)!] : []));
    this.extent = ends.length > 0 ? [Math.min(...ends), Math.max(...ends)] : undefined;
    charts.loss.setData([lossSteps, losses]);
    charts.loss.setLog(spansDecades([losses]));
    const ratios = of.ratios.map((column) => column.map(positive));
    // A logarithmic axis has no ends before there is something on it.
    charts.ratio.setData([of.step, ...ratios]);
    charts.ratio.setLog(ratios.some((column) => column.some((value) => value !== null)));
    charts.memory.setData([of.step, of.memory]);
    charts.memory.setLog(spansDecades([of.memory]));
    const began = failure ? [{ axis: 'x' as const, value: failure.step, text: words.failed }] : [];
    charts.loss.setMarks(began);
    charts.ratio.setMarks([
      { axis: 'y', value: 0.1, text: words.limit, dash: [2, 3] },
      ...began.map((mark) => ({ ...mark, text: '' })),
    ]);
    charts.memory.setMarks(began.map((mark) => ({ ...mark, text: '' })));
    this.describe();
    this.context.stage.refreshTable();
  }
}
