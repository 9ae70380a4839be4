/** A tensor of one axis, a bias or a scale: its values by index. */
import type { Remote } from '../../../src/protocol/rpc';
import type { TensorInfo, TensorViewApi } from '../../../src/protocol/views';
import { Chart } from '../../drawing/chart';
import { h } from '../../dom';
import { numeric, type Table } from '../../parts/table';
import type { ReadOut } from '../../parts/read-out';
import { pictureWords, tableWords } from './words';

/** Values drawn and listed: what one message carries. */
const most = 1 << 16;

export class VectorView {
  readonly element: HTMLElement;
  private readonly chart: Chart;
  private values: Float64Array = new Float64Array();

  constructor(
    private readonly tensor: TensorInfo,
    private readonly length: number,
    private readonly readOut: ReadOut,
  ) {
    this.chart = new Chart({
      label: pictureWords.vector(tensor.name),
      x: { label: pictureWords.index, whole: true },
      y: { label: pictureWords.value },
      series: [{ label: '', colour: 0, draw: length > 400 ? 'line' : 'points' }],
      cursor: (index) => this.describe(index),
    });
    this.element = h(
      'div',
      { class: 'fill' },
      this.chart.element,
      length > most && h('p', { class: 'note' }, pictureWords.first(most, length)),
    );
  }

  async load(remote: Remote<TensorViewApi>, signal: AbortSignal): Promise<void> {
    const rowEnd = Math.min(this.length, most);
    const { name } = this.tensor;
    const tile = await remote.valueTile({ name, rowStart: 0, rowEnd, columnStart: 0, columnEnd: 1 }, { signal });
    this.values = tile.values;
    this.chart.setData([
      Float64Array.from(this.values.keys()),
      Array.from(this.values, (value) => (Number.isFinite(value) ? value : null)),
    ]);
    this.describe(undefined);
  }

  picture(): HTMLCanvasElement | undefined {
    return this.chart.picture();
  }

  table(): Table {
    return {
      ...tableWords.values(this.tensor.name),
      columns: [numeric(pictureWords.index), numeric(pictureWords.value)],
      length: this.values.length,
      rows: (start, end) => [...this.values.subarray(start, end)].map((value, i) => [start + i, value]),
    };
  }

  dispose(): void {
    this.chart.dispose();
  }

  /** Says what is there at an index, or how many values there are. */
  describe(index: number | undefined): void {
    const { name } = this.tensor;
    if (index === undefined) this.readOut.say(pictureWords.length(name, this.length));
    else this.readOut.say(pictureWords.at(name, index, this.values[index]), '', String(this.values[index]));
  }
}
