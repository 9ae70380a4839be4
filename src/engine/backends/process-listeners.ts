/**
 * Emscripten's start-up code listens for uncaught errors of the whole process and throws them again, which ends the
 * process (exit code 7) before anyone else could tell of the error or save a run.
 */
const events = ['uncaughtException', 'unhandledRejection'] as const;

/** Does `work`, then takes away the listeners for uncaught errors that it left on the process. */
export async function withoutNewListeners<T>(work: () => Promise<T>): Promise<T> {
  const before = events.map((event) => new Set(process.rawListeners(event)));
  try {
    return await work();
  } finally {
    events.forEach((event, i) => {
      for (const listener of process.rawListeners(event))
        if (!before[i].has(listener)) process.off(event, listener as () => void);
    });
  }
}
