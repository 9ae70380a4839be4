/** Views are told of changes at most 10 times a second. */
const changeInterval = 100;

/**
 * Calls `act` at once, then at most every `interval` milliseconds while it is asked for; the last request is never
 * lost. An asynchronous `act` is not started again before it has ended.
 */
export class Throttle {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private wanted = false;
  private busy = false;
  private ended = false;

  constructor(
    private readonly act: () => void | Promise<void>,
    private readonly report: (error: unknown) => void,
    private readonly interval = changeInterval,
  ) {}

  request(): void {
    if (this.ended) return;
    this.wanted = true;
    if (!this.timer && !this.busy) void this.run();
  }

  dispose(): void {
    this.ended = true;
    clearTimeout(this.timer);
  }

  private async run(): Promise<void> {
    this.wanted = false;
    this.busy = true;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.again();
    }, this.interval);
    try {
      await this.act();
    } catch (error) {
      this.report(error);
    }
    this.busy = false;
    this.again();
  }

  private again(): void {
    if (this.wanted && !this.busy && !this.timer && !this.ended) void this.run();
  }
}
