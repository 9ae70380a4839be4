/** Plays a sequence at a steady number of rotations a second. Never by itself: only when asked. */

/** Rotations a second; the first is taken when nobody chose. */
const speeds = ['20', '5', '60', '200'];
const faster = ['2000', '20000', '200000'];
/**
 * Milliseconds: where a frame takes longer it plays slower, since to catch up would make the next one take longer
 * still.
 */
const longestFrame = 100;
/** Seconds: no sequence needs more at the fastest speed that is offered for it. */
const longest = 60;

/** Speeds for a sequence of that many rotations; long ones are played fast unless somebody chose. */
export const offeredSpeeds = (total: number): readonly string[] => {
  const needed = faster.findIndex((speed) => total <= longest * Number(speed));
  if (total <= longest * Math.max(...speeds.map(Number))) return speeds;
  return [...faster.slice(0, needed < 0 ? undefined : needed + 1).reverse(), ...speeds];
};

export class Playback {
  private handle = 0;
  private last = 0;
  /** Rotations due and not yet shown, less than one. */
  private owed = 0;

  /** `advance` moves on by so many rotations and says whether there are more. */
  constructor(
    private readonly rate: () => number,
    private readonly advance: (rotations: number) => boolean,
    private readonly changed: () => void,
  ) {}

  get playing(): boolean {
    return this.handle !== 0;
  }

  start(): void {
    if (this.playing) return;
    this.last = performance.now();
    this.owed = 0;
    this.handle = requestAnimationFrame(this.frame);
    this.changed();
  }

  stop(): void {
    if (!this.playing) return;
    cancelAnimationFrame(this.handle);
    this.handle = 0;
    this.changed();
  }

  private readonly frame = (now: number): void => {
    this.owed += (Math.min(longestFrame, Math.max(0, now - this.last)) / 1000) * this.rate();
    this.last = now;
    const due = Math.floor(this.owed);
    this.owed -= due;
    if (due > 0 && !this.advance(due)) {
      this.stop();
      return;
    }
    this.handle = requestAnimationFrame(this.frame);
  };
}
