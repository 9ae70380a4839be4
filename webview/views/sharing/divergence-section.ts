/** Divergence: what is predicted over init-std and learning rate, and what came of the places that were tested. */
import type { SharingPoint, SharingReport, TestedPoint } from '../../../src/protocol/sharing';
import { button } from '../../controls';
import { LogPlane } from '../../drawing/log-plane';
import type { PlaneValue } from '../../drawing/plane-draw';
import { h, setText } from '../../dom';
import { numeric, tableOf, text, type Table } from '../../parts/table';
import { onThemeChange } from '../../theme';
import {
  chosenText,
  divergenceWords as words,
  placeText,
  predictedText,
  residualText,
  sharpnessText,
  testedText,
} from './divergence-words';
import { planeLegend } from './plane-legend';
import { boundariesOf, cameOut, configPoint, mapAxes, marks, planePoint, predictionAt, regionsOf } from './prediction';
import type { Section, SharingContext } from './section';

/** A point is meant when the cursor is so near, as a factor on both axes. */
const near = 1.12;

const isNear = (a: SharingPoint, b: SharingPoint): boolean =>
  Math.abs(Math.log(a.initStd / b.initStd)) < Math.log(near) &&
  Math.abs(Math.log(a.learningRate / b.learningRate)) < Math.log(near);

/** A person reads two digits, and so does the run that tests it. */
const rounded = ({ x, y }: PlaneValue): SharingPoint => ({
  initStd: Number(x.toPrecision(2)),
  learningRate: Number(y.toPrecision(2)),
});

export class DivergenceSection implements Section {
  readonly id = 'divergence';
  readonly help = { text: words.help, keys: words.keys };
  readonly element: HTMLElement;
  readonly controls: readonly HTMLElement[];
  private readonly plane: LogPlane;
  private readonly measure = button(words.measure, () => this.measureNow());
  private readonly test = button(words.test, () => this.testNow(), 'primary');
  private readonly note = h('p', { class: 'note', role: 'status' });
  private readonly legend = h('ul', { class: 'category-legend' });
  private readonly stopTheme: () => void;
  private report: SharingReport | undefined;
  private chosen: SharingPoint | undefined;
  private under: SharingPoint | undefined;

  constructor(private readonly context: SharingContext) {
    this.plane = new LogPlane({
      label: words.label,
      x: words.x,
      y: words.y,
      cursor: (at) => {
        this.under = at && rounded(at);
        this.describe();
      },
      pick: (at) => {
        this.chosen = rounded(at);
        this.draw();
      },
    });
    this.test.element.title = words.testTitle;
    this.controls = [this.test.element, this.measure.element];
    this.element = h('div', { class: 'sharing-divergence' }, this.note, this.plane.element, this.legend);
    this.stopTheme = onThemeChange(() => this.drawLegend());
  }

  show(report: SharingReport): void {
    this.report = report;
    this.chosen ??= configPoint(report);
    this.measure.element.textContent = report.sharpness ? words.again : words.measure;
    setText(this.note, report.sharpness ? '' : words.notMeasured);
    this.drawLegend();
    this.draw();
  }

  describe(): void {
    const { report, under, chosen } = this;
    if (!report) return;
    const { readOut } = this.context.stage;
    const boundaries = boundariesOf(report);
    const tested = under && report.tested.findLast((point) => isNear(point, under));
    if (tested) readOut.say(testedText(tested), '', placeText(tested));
    else if (under) readOut.say(`${placeText(under)}: ${predictedText(predictionAt(boundaries, under))}`);
    else if (chosen) readOut.say(chosenText(chosen, predictionAt(boundaries, chosen)), sharpnessText(report));
  }

  pictures(): (HTMLCanvasElement | undefined)[] {
    return [this.plane.picture()];
  }

  tables(): Table[] {
    const { report } = this;
    return report ? [testedTable(report, this.context.name), boundaryTable(report, this.context.name)] : [];
  }

  caption(): string {
    const { report } = this;
    if (!report) return '';
    const parts = [sharpnessText(report), residualText(report), agreement(report.tested)];
    return parts.filter((part) => part !== '').join(' · ');
  }

  key(event: KeyboardEvent): boolean {
    if (event.key !== 'x' || event.ctrlKey || event.metaKey || event.altKey) return false;
    this.testNow();
    return true;
  }

  dispose(): void {
    this.stopTheme();
    this.plane.dispose();
  }

  /** Whatever place was chosen before. */
  testConfig(): void {
    if (!this.report) return;
    this.chosen = configPoint(this.report);
    this.draw();
    this.testNow();
  }

  private draw(): void {
    const { report, chosen } = this;
    if (!report) return;
    const points = [
      ...report.tested.map((point) => planePoint(point, marks[point.outcome])),
      planePoint(configPoint(report), marks.config),
      ...(chosen ? [planePoint(chosen, marks.chosen)] : []),
    ];
    this.plane.show({ ...mapAxes(report), regions: regionsOf(boundariesOf(report)), points });
    this.plane.label(
      [words.label, sharpnessText(report), agreement(report.tested)].filter((part) => part !== '').join('. '),
    );
    this.describe();
    this.context.stage.refreshTable();
  }

  private drawLegend(): void {
    this.legend.replaceChildren(...planeLegend(this.report ? regionsOf(boundariesOf(this.report)) : []));
  }

  private measureNow(): void {
    const { remote } = this.context;
    this.context.work(words.measuring, async (options) => {
      this.context.took(await remote.measureSharing({ level: 'sharpness' }, options));
    });
  }

  private testNow(): void {
    const { chosen, context } = this;
    if (!chosen) return;
    context.work(words.testing(chosen), async (options) => {
      const tested = await context.remote.testSharing({ points: [chosen] }, options);
      if (this.report) context.took({ ...this.report, tested });
    });
  }
}

const agreement = (tested: readonly TestedPoint[]): string =>
  tested.length === 0 ? '' : words.agreement(tested.filter(cameOut).length, tested.length);

const testedTable = ({ tested }: SharingReport, name: string): Table => {
  const { columns } = words;
  return tableOf(
    { name: words.tested.name, caption: words.tested.caption(name) },
    [
      numeric(columns.initStd),
      numeric(columns.learningRate),
      text(columns.predicted),
      text(columns.outcome),
      numeric(columns.steps),
      numeric(columns.first),
      numeric(columns.last),
    ],
    tested.map((point) => [
      point.initStd,
      point.learningRate,
      predictedText(point.predicted),
      words.outcomes[point.outcome],
      point.steps,
      point.firstLoss,
      point.lastLoss ?? 'NaN',
    ]),
  );
};

const boundaryTable = ({ sharpness }: SharingReport, name: string): Table => {
  const { columns } = words;
  const { proved = [], heavyBall = [], empirical = [] } = sharpness?.boundaries ?? {};
  return tableOf(
    { name: words.boundary.name, caption: words.boundary.caption(name) },
    [numeric(columns.initStd), numeric(columns.proved), numeric(columns.heavyBall), numeric(columns.empirical)],
    empirical.map(({ initStd, learningRate }, i) => [
      initStd,
      proved[i]?.learningRate ?? '',
      heavyBall[i]?.learningRate ?? '',
      learningRate,
    ]),
  );
};
