// Avoid importing vscode here: the engine client and the run store are tested without an editor.

/** The side of a channel on which nothing is served, or nothing is told. */
export type Nothing = Record<string, never>;

/** Undoes a registration. */
export interface Disposable {
  dispose(): void;
}

/** Listeners of one kind of happening. A listener that throws does not keep the others from hearing. */
export class Emitter<T> {
  private readonly listeners = new Set<(value: T) => void>();

  constructor(private readonly report: (error: unknown) => void) {}

  readonly event = (listener: (value: T) => void): Disposable => {
    this.listeners.add(listener);
    return {
      dispose: () => {
        this.listeners.delete(listener);
      },
    };
  };

  fire(value: T): void {
    for (const listener of [...this.listeners]) {
      try {
        listener(value);
      } catch (error) {
        this.report(error);
      }
    }
  }

  dispose(): void {
    this.listeners.clear();
  }
}
