/** A rotation sequence as it was drawn: the matrix grows while it plays, is scrubbed or stepped. */
import { expectedDensityCurve } from '../../../src/core/expected-density';
import { RotationPlayer } from '../../../src/core/rotation-player';
import { rotatedAxes } from '../../../src/core/rotation-sequence';
import { iconButton, slider } from '../../controls';
import { Chart } from '../../drawing/chart';
import { divergingMap } from '../../drawing/colour-map';
import { Grid } from '../../drawing/grid';
import { MatrixView } from '../../drawing/matrix-view';
import { planOverview } from '../../drawing/tile-plan';
import { h } from '../../dom';
import { count } from '../../format';
import type { Prefs } from '../../parts/prefs';
import type { ReadOut } from '../../parts/read-out';
import type { Table } from '../../parts/table';
import { onThemeChange, prefersReducedMotion, readTheme } from '../../theme';
import type { Played } from './load-rotations';
import { Playback } from './playback';
import { rotationTable } from './rotation-table';
import { speedChooser, speedOf } from './speeds';
import { afterWords, aboutWords, chartWords, rotationWords, transport, weightWords, type RotationFacts } from './words';

/**
 * Entries that are turned between two frames: a third of a second, which only long sequences of large matrices need.
 */
const workAtOnce = 2 ** 28;
/** Points of the chart, more than a wide screen has pixels. */
const mostPoints = 10_000;
/** Milliseconds between two pictures on the way there. */
const onTheWay = 400;

/** Well above what float32 leaves of a cancellation, well below a weight that counts. */
const rounding = 1e-5;

/** What rotations were drawn for; a given matrix, which they were found for, has none. */
export interface Goal {
  density: number;
  /**
   * Those that were led by a pattern, of which nothing is to be expected: intersection over union of the whole layer
   * with it.
   */
  overlap: number | undefined;
}

export class GivensView {
  readonly controls: HTMLElement[];
  readonly element: HTMLElement;
  private readonly player: RotationPlayer;
  readonly density: Float64Array;
  /** After so many random rotations; those that were led by a pattern, or found for a matrix, are none. */
  readonly expected: Float64Array | undefined;
  private readonly matrix: MatrixView;
  private readonly chart: Chart;
  /**
   * What is drawn. Rotations found for a given matrix cancel only up to rounding: what is left of that is drawn as 0.
   */
  private readonly shown: Float32Array;
  private grid: Grid;
  private colours = divergingMap(readTheme());
  private readonly playback: Playback;
  /** The step that was asked for, while it is not reached. */
  private wanted: number | undefined;
  private frame = 0;
  private readonly stopTheme: () => void;
  private readonly play = iconButton('play', transport.play, () => this.togglePlay(), 'Space');
  private readonly scrub: ReturnType<typeof slider>;

  constructor(
    private readonly name: string,
    private readonly sequence: Played,
    private readonly goal: Goal | undefined,
    private readonly readOut: ReadOut,
    prefs: Prefs,
  ) {
    const { rows, columns } = sequence;
    this.player = new RotationPlayer(sequence);
    this.density = Float64Array.from(this.player.nonZerosByStep, (kept) => kept / (rows * columns));
    const { total } = this.player;
    this.expected =
      !goal || goal.overlap !== undefined ? undefined : expectedDensityCurve(rotatedAxes(sequence), total);
    const place = { rowStart: 0, columnStart: 0, rows, columns };
    // Drawn element by element, or merged where a matrix is larger than a picture can be.
    this.shown = sequence.signs ? new Float32Array(rows * columns) : this.player.weights;
    this.grid = new Grid({ ...place, factor: 1 }, 'extreme', this.shown);
    this.matrix = new MatrixView('', { cursor: () => this.describe(), view: () => undefined });
    this.chart = this.makeChart();
    this.playback = new Playback(
      () => speedOf(prefs, total),
      (by) => this.advance(by),
      () => this.showPlaying(),
    );
    this.scrub = slider(transport.rotation, total, (step) => this.go(step));
    this.controls = [this.transport(), this.scrub.element, speedChooser(prefs, total)];
    this.element = h('div', { class: 'givens' }, this.matrix.element, this.chart.element);
    // A wide matrix leaves room below, a tall or square one beside.
    this.element.dataset['beside'] = String(columns < 2 * rows);
    this.stopTheme = onThemeChange(() => {
      this.colours = divergingMap(readTheme());
      this.matrix.setTheme(readTheme());
      this.draw();
    });
    this.matrix.setMatrix({ rows, columns }, { row: 'out', column: 'in' });
    // Far into a long sequence is a second of computing: that of a matrix that was just seen begins at its beginning.
    this.go(this.found ? 0 : this.kept);
  }

  /** When asked to play, not only to show. Where motion is to be reduced it waits to be asked again. */
  start(): void {
    if (!prefersReducedMotion() && this.kept > 0) this.playback.start();
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
    return rotationTable(this.name, this.sequence, this);
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
    cancelAnimationFrame(this.frame);
    this.stopTheme();
    this.matrix.dispose();
    this.chart.dispose();
  }

  get found(): boolean {
    return this.goal === undefined;
  }

  private get target(): number | undefined {
    return this.goal?.density;
  }

  private get facts(): RotationFacts {
    const { sequence, density, expected, target, player } = this;
    return { sequence, step: player.step, density, expected, target };
  }

  private makeChart(): Chart {
    const chart = new Chart({
      label: this.found ? chartWords.foundLabel(this.name) : chartWords.label(this.name, this.expected !== undefined),
      x: { label: chartWords.x, whole: true },
      y: {
        label: this.found ? chartWords.foundTitle : chartWords.title,
        range: (_, most) => [0, Math.max(most, this.target ?? 0) * 1.08],
      },
      series: [
        { label: this.found ? '' : chartWords.density, colour: 0, draw: 'line' },
        ...(this.expected
          ? [{ label: chartWords.expected, colour: 'muted' as const, draw: 'line' as const, dash: [4, 3] }]
          : []),
      ],
      pick: (x) => this.go(Math.max(0, Math.min(this.player.total, Math.round(x)))),
    });
    // Curves without peaks: of a long sequence some points are all that a screen can show, the last one among them.
    const every = Math.ceil(this.density.length / mostPoints);
    const steps = Array.from({ length: Math.ceil(this.player.total / every) + 1 }, (_, i) =>
      Math.min(i * every, this.player.total),
    );
    const curves = this.expected ? [this.density, this.expected] : [this.density];
    chart.setData([steps, ...curves.map((curve) => steps.map((step) => curve[step]))]);
    return chart;
  }

  private transport(): HTMLElement {
    const buttons = [
      iconButton('first', transport.first, () => this.go(0), 'Home'),
      iconButton('previous', transport.back, () => this.step(-1), 'Alt+←'),
      this.play,
      iconButton('next', transport.on, () => this.step(1), 'Alt+→'),
      iconButton('last', this.found ? transport.lastFound : transport.last, () => this.go(this.kept), 'End'),
    ];
    return h('span', { class: 'button-group' }, ...buttons.map(({ element }) => element));
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
    this.go(Math.max(0, Math.min(this.player.total, (this.wanted ?? this.player.step) + by)));
  }

  private advance(by: number): boolean {
    // Who slid ahead while it plays is followed first.
    if (this.wanted === undefined) this.go(Math.min(this.kept, this.player.step + by));
    return (this.wanted ?? this.player.step) < this.kept;
  }

  /** What is far takes several frames, in which the matrix is seen to grow. */
  private go(step: number): void {
    cancelAnimationFrame(this.frame);
    this.scrub.value = step;
    const most = Math.ceil(workAtOnce / Math.min(this.sequence.rows, this.sequence.columns));
    let shown = performance.now();
    const on = (): void => {
      const arrived = this.player.seekPart(step, most);
      this.wanted = arrived ? undefined : step;
      if (!arrived) this.frame = requestAnimationFrame(on);
      if (!arrived && performance.now() - shown < onTheWay) return;
      this.showStep();
      shown = performance.now();
    };
    on();
  }

  private showStep(): void {
    const { step } = this.player;
    const { rotation, rotatedAxesAreColumns } = this.player;
    const axis = rotatedAxesAreColumns ? 'column' : 'row';
    this.matrix.setBands(rotation ? [rotation.i, rotation.j].map((index) => ({ axis, index })) : []);
    this.scrub.value = this.wanted ?? step;
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
    const axes = aboutWords(this.player.rotatedAxesAreColumns, this.goal?.overlap, this.sequence.gain);
    if (!cell) {
      this.readOut.say(this.words, axes);
      return;
    }
    const { row, column } = cell;
    const value = this.player.weights[row * this.sequence.columns + column];
    this.readOut.say(weightWords(this.name, row, column, value), this.words, String(value));
  }
}
