/** A rotation sequence as it was drawn: the matrix grows while it plays, is scrubbed or stepped. */
import { expectedDensityCurve } from '../../../src/core/expected-density';
import { RotationPlayer } from '../../../src/core/rotation-player';
import { rotatedAxes } from '../../../src/core/rotation-sequence';
import type { RotationSequence } from '../../../src/core/rotation-sequence';
import { dropdown, iconButton, slider } from '../../controls';
import { Chart } from '../../drawing/chart';
import { divergingMap } from '../../drawing/colour-map';
import { Grid } from '../../drawing/grid';
import { MatrixView } from '../../drawing/matrix-view';
import { planOverview } from '../../drawing/tile-plan';
import { h } from '../../dom';
import { count, degrees } from '../../format';
import type { Prefs } from '../../parts/prefs';
import type { ReadOut } from '../../parts/read-out';
import { numeric, text, type Table } from '../../parts/table';
import { onThemeChange, prefersReducedMotion, readTheme } from '../../theme';
import { Playback } from './playback';
import {
  afterWords,
  axesAre,
  chartWords,
  rotationWords,
  tableWords,
  transport,
  weightWords,
  type RotationFacts,
} from './words';

/** Rotations a second; the first is taken when nobody chose. */
const speeds = ['20', '5', '60', '200'] as const;
const slowest = 2;
/** Well above what float32 leaves of a cancellation, well below a weight that counts. */
const rounding = 1e-5;

export class GivensView {
  readonly controls: HTMLElement[];
  readonly element: HTMLElement;
  private readonly player: RotationPlayer;
  private readonly density: Float64Array;
  private readonly expected: Float64Array;
  private readonly matrix: MatrixView;
  private readonly chart: Chart;
  /** What is drawn. Rotations found for a given matrix cancel only up to rounding: what is left of that is drawn as 0. */
  private readonly shown: Float32Array;
  private grid: Grid;
  private colours = divergingMap(readTheme());
  private readonly playback: Playback;
  private readonly stopTheme: () => void;
  private readonly play = iconButton('play', transport.play, () => this.togglePlay(), 'Space');
  private readonly scrub: ReturnType<typeof slider>;

  constructor(
    private readonly name: string,
    private readonly sequence: RotationSequence,
    /** Of the density, where there was one. */
    private readonly target: number | undefined,
    private readonly readOut: ReadOut,
    prefs: Prefs,
  ) {
    const { rows, columns } = sequence;
    this.player = new RotationPlayer(sequence);
    this.density = Float64Array.from(this.player.nonZerosByStep, (kept) => kept / (rows * columns));
    this.expected = expectedDensityCurve(rotatedAxes(sequence), this.player.total);
    const place = { rowStart: 0, columnStart: 0, rows, columns };
    // Drawn element by element, or merged where a matrix is larger than a picture can be.
    this.shown = sequence.signs ? new Float32Array(rows * columns) : this.player.weights;
    this.grid = new Grid({ ...place, factor: 1 }, 'extreme', this.shown);
    this.matrix = new MatrixView('', { cursor: () => this.describe(), view: () => undefined });
    this.chart = this.makeChart();
    this.playback = new Playback(
      () => (prefersReducedMotion() ? slowest : Number(prefs.get('givens.speed', speeds))),
      (by) => this.advance(by),
      () => this.showPlaying(),
    );
    this.scrub = slider(transport.rotation, this.player.total, (step) => this.go(step));
    this.controls = [this.transport(), this.scrub.element, this.speedChooser(prefs)];
    this.element = h('div', { class: 'givens' }, this.matrix.element, this.chart.element);
    // A wide matrix leaves room below, a tall or square one beside.
    this.element.dataset['beside'] = String(columns < 2 * rows);
    this.stopTheme = onThemeChange(() => {
      this.colours = divergingMap(readTheme());
      this.matrix.setTheme(readTheme());
      this.draw();
    });
    this.matrix.setMatrix({ rows, columns }, { row: 'out', column: 'in' });
    this.go(this.kept);
  }

  /** Rotations in the result. */
  get kept(): number {
    return this.player.total - (this.sequence.lastUndone ? 1 : 0);
  }

  get words(): string {
    return rotationWords(this.facts);
  }

  pictures(): (HTMLCanvasElement | undefined)[] {
    return [this.matrix.picture(), this.chart.picture()];
  }

  table(): Table {
    const { first, second, angle, lastUndone } = this.sequence;
    const { total } = this.player;
    return {
      ...tableWords.about(this.name),
      columns: [
        numeric(tableWords.rotation),
        numeric(tableWords.first),
        numeric(tableWords.second),
        numeric(tableWords.angle),
        numeric(tableWords.density),
        numeric(tableWords.expected),
        text(tableWords.note),
      ],
      length: total,
      rows: (start, end) =>
        Array.from({ length: end - start }, (_, i) => {
          const t = start + i;
          const undone = lastUndone && t === total - 1 ? tableWords.undone : '';
          const turned = Number(degrees(angle[t]).slice(0, -1));
          return [t + 1, first[t], second[t], turned, this.density[t + 1], this.expected[t + 1], undone];
        }),
    };
  }

  key(event: KeyboardEvent): boolean {
    if (event.key === ' ') this.togglePlay();
    else if (event.altKey && event.key === 'ArrowRight') this.step(1);
    else if (event.altKey && event.key === 'ArrowLeft') this.step(-1);
    else if (event.key === 'Home') this.go(0);
    else if (event.key === 'End') this.go(this.kept);
    else return this.matrix.key(event);
    return true;
  }

  dispose(): void {
    this.playback.stop();
    this.stopTheme();
    this.matrix.dispose();
    this.chart.dispose();
  }

  private get facts(): RotationFacts {
    const { sequence, density, expected, target, player } = this;
    return { sequence, step: player.step, density, expected, target };
  }

  private makeChart(): Chart {
    const chart = new Chart({
      label: chartWords.label(this.name),
      x: { label: chartWords.x, whole: true },
      y: { label: chartWords.title, range: (_, most) => [0, Math.max(most, this.target ?? 0) * 1.08] },
      series: [
        { label: chartWords.density, colour: 0, draw: 'line' },
        { label: chartWords.expected, colour: 'muted', draw: 'line', dash: [4, 3] },
      ],
      pick: (x) => this.go(Math.max(0, Math.min(this.player.total, Math.round(x)))),
    });
    chart.setData([Float64Array.from(this.density.keys()), this.density, this.expected]);
    return chart;
  }

  private transport(): HTMLElement {
    const buttons = [
      iconButton('first', transport.first, () => this.go(0), 'Home'),
      iconButton('previous', transport.back, () => this.step(-1), 'Alt+←'),
      this.play,
      iconButton('next', transport.on, () => this.step(1), 'Alt+→'),
      iconButton('last', transport.last, () => this.go(this.kept), 'End'),
    ];
    return h('span', { class: 'button-group' }, ...buttons.map(({ element }) => element));
  }

  private speedChooser(prefs: Prefs): HTMLElement {
    const options = [...speeds]
      .sort((a, b) => Number(a) - Number(b))
      .map((value) => ({ value, text: transport.perSecond(value) }));
    return dropdown(transport.speed, options, prefs.get('givens.speed', speeds), (speed) =>
      prefs.set('givens.speed', speed),
    ).element;
  }

  private togglePlay(): void {
    if (this.playback.playing) this.playback.stop();
    else {
      if (this.player.step >= this.kept) this.go(0);
      this.playback.start();
    }
  }

  private showPlaying(): void {
    if (this.playback.playing) this.play.show('pause', transport.pause);
    else this.play.show('play', transport.play);
  }

  private step(by: number): void {
    this.playback.stop();
    this.go(Math.max(0, Math.min(this.player.total, this.player.step + by)));
  }

  private advance(by: number): boolean {
    this.go(Math.min(this.kept, this.player.step + by));
    return this.player.step < this.kept;
  }

  private go(step: number): void {
    this.player.seek(step);
    const { rotation, rotatedAxesAreColumns } = this.player;
    const axis = rotatedAxesAreColumns ? 'column' : 'row';
    this.matrix.setBands(rotation ? [rotation.i, rotation.j].map((index) => ({ axis, index })) : []);
    this.scrub.value = step;
    this.scrub.describe(this.words);
    this.chart.setMarks([
      ...(this.target === undefined
        ? []
        : [{ axis: 'y' as const, value: this.target, text: chartWords.target(this.target), dash: [6, 4] }]),
      { axis: 'x', value: step, text: count(step), colour: 'focus' },
    ]);
    this.draw();
    this.describe();
  }

  private draw(): void {
    const { rows, columns } = this.sequence;
    const { factor } = planOverview({ rows, columns });
    const { weights } = this.player;
    if (this.shown !== weights)
      for (let i = 0; i < weights.length; i++) this.shown[i] = Math.abs(weights[i]) < rounding ? 0 : weights[i];
    this.grid.touch();
    if (factor > 1) {
      const exact = Math.log2(factor);
      const merged = this.grid.level(exact, exact).values;
      const place = { rowStart: 0, columnStart: 0, rows, columns, factor };
      this.matrix.setContent({ grids: [new Grid(place, 'extreme', merged)], colours: this.colours, limit: 1 });
    } else this.matrix.setContent({ grids: [this.grid], colours: this.colours, limit: 1 });
    this.matrix.label(afterWords(this.name, this.words));
  }

  private describe(): void {
    const cell = this.matrix.cursor;
    const axes = axesAre(this.player.rotatedAxesAreColumns);
    if (!cell) {
      this.readOut.say(this.words, axes);
      return;
    }
    const { row, column } = cell;
    const value = this.player.weights[row * this.sequence.columns + column];
    this.readOut.say(weightWords(this.name, row, column, value), this.words, String(value));
  }
}
