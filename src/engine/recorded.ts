/** What a run has recorded already, so that going on records nothing twice and leaves nothing out. */
import type { RunEvent, StepEvent } from '../protocol/run';

/** What tells one event that is recorded once from all others. */
export type Probe =
  | { type: 'layer' | 'spectrum'; step?: number; layer: string }
  | { type: 'epoch' | 'jacobian' | 'signals' | 'sharing' | 'usage' | 'masks' | 'checkpoint'; step: number }
  | { type: 'warning'; code: string; layer?: string };

const keyOf = (event: { type: string; step?: number; layer?: string | { name: string }; code?: string }): string => {
  const layer = typeof event.layer === 'object' ? event.layer.name : (event.layer ?? '');
  // One warning of a kind, or of a kind for a layer, is enough, whatever step it was at.
  if (event.code !== undefined) return `${event.type}/${event.code}/${layer}`;
  return `${event.type}/${event.step ?? ''}/${layer}`;
};

export class Recorded {
  private readonly keys = new Set<string>();
  private readonly warnings = new Map<string, number>();
  /** Loss of the run's first step, nats; undefined before it, and where its line was lost. */
  firstLoss: number | undefined;
  /** Epochs since the one with the lowest validation loss. */
  epochsWithoutGain = 0;
  private bestLoss = Infinity;
  /** Of the latest epoch only: nobody asks for earlier ones, and a long run has many. */
  private steps: StepEvent[] = [];

  constructor(events: readonly RunEvent[] = []) {
    for (const event of events) this.add(event);
  }

  add(event: RunEvent): void {
    if (event.type === 'step' && event.step === 1) this.firstLoss = event.loss;
    if (event.type === 'warning') this.warnings.set(event.code, this.warningsOf(event.code) + 1);
    if (event.type === 'epoch') this.judge(event.validationLoss);
    if (event.type !== 'step') this.keys.add(keyOf(event));
    else if (this.steps.at(-1)?.epoch === event.epoch) this.steps.push(event);
    else this.steps = [event];
  }

  private judge(loss: number): void {
    this.epochsWithoutGain = loss < this.bestLoss ? 0 : this.epochsWithoutGain + 1;
    this.bestLoss = Math.min(this.bestLoss, loss);
  }

  has(event: Probe): boolean {
    return this.keys.has(keyOf(event));
  }

  /** How often a warning of this code was told. */
  warningsOf(code: string): number {
    return this.warnings.get(code) ?? 0;
  }

  /**
   * Means over the recorded steps of the latest epoch, each step weighed by its `examples`. Steps whose lines were lost
   * with a damaged journal do not count; NaN when none is left.
   */
  meansOf(epoch: number, examples: (step: number) => number): { loss: number; accuracy: number } {
    const steps = this.steps.at(-1)?.epoch === epoch ? this.steps : [];
    const total = steps.reduce((sum, { step }) => sum + examples(step), 0);
    const mean = (key: 'loss' | 'accuracy'): number =>
      steps.reduce((sum, event) => sum + event[key] * examples(event.step), 0) / total;
    return { loss: mean('loss'), accuracy: mean('accuracy') };
  }
}
