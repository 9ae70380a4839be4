/** One subject, one layer, one step: what all tabs of a run share. */
import type { Remote } from '../../../src/protocol/rpc';
import { isEnded, type LayerSummary, type RunState } from '../../../src/protocol/run';
import type { RunSnapshot, RunTab, RunViewApi, RunViewState } from '../../../src/protocol/views';

/** What is different from before. */
export interface Change {
  snapshot: boolean;
  /**
   * The run has fewer steps than it had: it was resumed from an earlier one, and what was recorded after that is void.
   */
  rewound: boolean;
  tab: boolean;
  layer: boolean;
  step: boolean;
}

/** What is shown: with a step of its own where the newest one is followed. */
export interface ShownState extends RunViewState {
  step: number;
}

/** The entry nearest to `step`, the earlier one of two; 0 when there is none. */
export const nearestStep = (steps: readonly number[], step: number): number =>
  steps.reduce((best, at) => (Math.abs(at - step) < Math.abs(best - step) ? at : best), steps[0] ?? 0);

/** The chosen layer and step as far as the run has them: the first layer, and the nearest or newest recorded step. */
const settled = (state: RunViewState, snapshot: RunSnapshot): ShownState => {
  const { layers } = snapshot.record;
  const { checkpoints } = snapshot;
  const layer = layers.some(({ name }) => name === state.layer) ? state.layer : (layers[0]?.name ?? state.layer);
  const step = state.step === null ? (checkpoints.at(-1) ?? 0) : nearestStep(checkpoints, state.step);
  return { ...state, layer, step };
};

export class RunModel {
  private current: RunSnapshot | undefined;
  private readonly listeners = new Set<(change: Change) => void>();

  constructor(
    private chosen: RunViewState,
    readonly remote: Remote<RunViewApi>,
    private readonly keep: (state: RunViewState) => void,
    private readonly failed: (error: unknown) => void,
  ) {}

  get state(): ShownState {
    return this.current ? settled(this.chosen, this.current) : { ...this.chosen, step: this.chosen.step ?? 0 };
  }

  /** What is kept and told to others: the newest step as such, so that it is followed there, too. */
  get wish(): RunViewState {
    return { ...this.state, step: this.chosen.step };
  }

  /** Whether the newest step is shown whichever it is. */
  get following(): boolean {
    return this.chosen.step === null;
  }

  get snapshot(): RunSnapshot | undefined {
    return this.current;
  }

  get layers(): readonly LayerSummary[] {
    return this.current?.record.layers ?? [];
  }

  get layer(): LayerSummary | undefined {
    return this.layers.find(({ name }) => name === this.state.layer);
  }

  /** Steps whose weights can be shown. */
  get steps(): readonly number[] {
    return this.current?.checkpoints ?? [];
  }

  get ended(): boolean {
    return this.current !== undefined && isEnded(this.current.record.state);
  }

  get runState(): RunState | undefined {
    return this.current?.record.state;
  }

  /** `mlp7-eoi-3`. */
  get id(): string {
    return this.current?.record.id ?? this.chosen.directory.split(/[/\\]/).at(-1)!;
  }

  listen(listener: (change: Change) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The host told how the run stands. */
  update(snapshot: RunSnapshot): void {
    const before = this.state;
    const rewound = snapshot.step < (this.current?.step ?? 0);
    this.current = snapshot;
    this.tell(before, { snapshot: true, rewound });
  }

  /**
   * The person chose here: the host and the other views hear of it. Who chose the newest step follows it from then on.
   */
  choose(choice: Partial<Pick<ShownState, 'tab' | 'layer' | 'step'>>): void {
    const before = this.state;
    const step = choice.step ?? this.chosen.step;
    const newest = choice.step !== undefined && choice.step === this.steps.at(-1);
    this.chosen = { ...before, ...choice, step: newest ? null : step };
    if (!this.tell(before)) return;
    this.remote.select(this.wish).catch(this.failed);
  }

  /** The person chose elsewhere. */
  follow(state: RunViewState): void {
    const before = this.state;
    this.chosen = { ...state, tab: before.tab };
    this.tell(before);
  }

  chooseTab(tab: RunTab): void {
    this.choose({ tab });
  }

  /** The next or previous layer, round the ends. */
  stepLayer(by: number): void {
    const { layers } = this;
    if (layers.length === 0) return;
    const at = layers.findIndex(({ name }) => name === this.state.layer);
    this.choose({ layer: layers[(at + by + layers.length) % layers.length].name });
  }

  /** The next or previous recorded step, not past the ends. */
  stepStep(by: number): void {
    const at = this.steps.indexOf(this.state.step);
    const next = this.steps[Math.max(0, Math.min(this.steps.length - 1, at + by))] as number | undefined;
    if (next !== undefined) this.choose({ step: next });
  }

  private tell(before: ShownState, news = { snapshot: false, rewound: false }): boolean {
    const now = this.state;
    const change: Change = {
      ...news,
      tab: now.tab !== before.tab,
      layer: now.layer !== before.layer,
      step: now.step !== before.step,
    };
    const chosen = change.tab || change.layer || change.step;
    // A choice may change what is followed and nothing that is shown.
    if (chosen || !news.snapshot) this.keep(this.wish);
    if (chosen || news.snapshot) for (const listener of [...this.listeners]) listener(change);
    return chosen;
  }
}
