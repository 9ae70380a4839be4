/** What a journal tells so far, in the form the views ask for. */
import { mostLayers } from '../core/network';
import type {
  EpochEvent,
  JacobianEvent,
  LastMasks,
  LayerSummary,
  MaskTotals,
  RunEvent,
  SignalsEvent,
  SpectrumEvent,
  StepEvent,
  UsageEvent,
} from '../protocol/run';
import type { SharingEvent } from '../protocol/sharing';
import type { MetricsPage } from '../protocol/views';
import { maskTotals } from './mask-totals';

const columns = ['step', 'loss', 'accuracy', 'gradientNorm', 'learningRate'] as const;
type Column = (typeof columns)[number];

/** Step metrics as growing columns: a million steps are 40 MB. */
class StepColumns {
  length = 0;
  private data = Object.fromEntries(columns.map((key) => [key, new Float64Array(1024)])) as Record<
    Column,
    Float64Array
  >;

  get lastStep(): number {
    return this.length === 0 ? 0 : this.data.step[this.length - 1];
  }

  push(event: StepEvent): void {
    if (this.length === this.data.step.length)
      for (const key of columns) {
        const longer = new Float64Array(2 * this.length);
        longer.set(this.data[key]);
        this.data[key] = longer;
      }
    for (const key of columns) this.data[key][this.length] = event[key];
    this.length++;
  }

  /** Drops the steps from `step` on. */
  rewind(step: number): void {
    while (this.length > 0 && this.lastStep >= step) this.length--;
  }

  page(start: number, end: number): MetricsPage {
    const to = Math.min(end, this.length);
    const from = Math.min(start, to);
    const cut = (key: Column): Float64Array => this.data[key].slice(from, to);
    return {
      start: from,
      total: this.length,
      step: cut('step'),
      loss: cut('loss'),
      accuracy: cut('accuracy'),
      gradientNorm: cut('gradientNorm'),
      learningRate: cut('learningRate'),
    };
  }
}

const rewindTo = (list: { step: number }[], step: number): void => {
  while (list.length > 0 && list[list.length - 1].step >= step) list.pop();
};

/**
 * Events of a journal, sorted by kind. A step that comes again (a resumed run) replaces the first telling and all
 * that was after it.
 */
export class History {
  readonly steps = new StepColumns();
  readonly epochs: EpochEvent[] = [];
  readonly jacobians: JacobianEvent[] = [];
  readonly signals: SignalsEvent[] = [];
  readonly sharing: SharingEvent[] = [];
  readonly maskChanges: MaskTotals[] = [];
  /** Layer by layer. */
  lastMasks: LastMasks | undefined;
  readonly layers = new Map<string, LayerSummary>();
  /** The last that was told; measured, so that none of before a resume is wrong. */
  usage: UsageEvent | undefined;
  /** Milliseconds since creation at the last event. */
  elapsed = 0;
  private readonly spectra = new Map<string, SpectrumEvent[]>();

  /** Steps up to the last one that are not told: their lines were lost or damaged, for every step is recorded. */
  get missingSteps(): number {
    return this.steps.lastStep - this.steps.length;
  }

  /** The spectra of one layer, by step. */
  spectraOf(layer: string): readonly SpectrumEvent[] {
    return this.spectra.get(layer) ?? [];
  }

  add(event: RunEvent): void {
    this.elapsed = event.at;
    switch (event.type) {
      case 'layer':
        if (this.layers.size < mostLayers || this.layers.has(event.layer.name))
          this.layers.set(event.layer.name, event.layer);
        break;
      case 'step':
        if (event.step <= this.steps.lastStep) this.rewind(event.step);
        this.steps.push(event);
        break;
      case 'epoch':
        rewindTo(this.epochs, event.step);
        this.epochs.push(event);
        break;
      case 'jacobian':
        rewindTo(this.jacobians, event.step);
        this.jacobians.push(event);
        break;
      case 'signals':
        rewindTo(this.signals, event.step);
        this.signals.push(event);
        break;
      case 'sharing':
        rewindTo(this.sharing, event.step);
        this.sharing.push(event);
        break;
      case 'spectrum': {
        const list = this.spectra.get(event.layer) ?? [];
        this.spectra.set(event.layer, list);
        rewindTo(list, event.step);
        list.push(event);
        break;
      }
      case 'masks':
        rewindTo(this.maskChanges, event.step);
        this.maskChanges.push(maskTotals(event));
        this.lastMasks = { step: event.step, method: event.method, layers: event.layers };
        break;
      case 'usage':
        this.usage = event;
        break;
      case 'state':
      case 'checkpoint':
      case 'warning':
        // The record and the folder itself are what counts for the first two; a warning was logged when it came.
        break;
    }
  }

  private rewind(step: number): void {
    this.steps.rewind(step);
    // The change at the step itself was told just before it.
    rewindTo(this.maskChanges, step + 1);
    if (this.lastMasks && this.lastMasks.step > step) this.lastMasks = undefined;
    const lists = [this.epochs, this.jacobians, this.signals, this.sharing, ...this.spectra.values()];
    for (const list of lists) rewindTo(list, step);
  }
}
