import { Emitter, type Disposable } from './emitter';

/** One subject, one layer, one step: every view shows the same three. */
export interface Subject {
  /** Run folder; `undefined` while the subject is a config that was not run. */
  directory: string | undefined;
  layer: string | null;
  /** 0 is the initialisation, others are checkpoints; `null` is the newest one, followed as the run goes on. */
  step: number | null;
}

export interface SelectionChange extends Subject {
  /** Who chose: it need not be told. */
  by: unknown;
}

export class Selection {
  private readonly changed: Emitter<SelectionChange>;
  private subject: Subject = { directory: undefined, layer: null, step: null };

  constructor(report: (error: unknown) => void) {
    this.changed = new Emitter(report);
  }

  get current(): Readonly<Subject> {
    return this.subject;
  }

  onDidChange(listener: (change: SelectionChange) => void): Disposable {
    return this.changed.event(listener);
  }

  /** Changes what is given. Nothing is told when nothing changed. */
  set(change: Partial<Subject>, by: unknown): void {
    const next = { ...this.subject, ...change };
    const { directory, layer, step } = this.subject;
    if (next.directory === directory && next.layer === layer && next.step === step) return;
    this.subject = next;
    this.changed.fire({ ...next, by });
  }
}
