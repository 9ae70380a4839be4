/**
 * Whether it is quicker to split a kernel's calls, as measured while they are made: where others use the cores, a part that
 * one of them holds back costs more than all parts in one thread.
 */
export class Pace {
  /** Milliseconds for so much work, of late: in one thread, and split. */
  private readonly pace: [alone: number, split: number] = [Infinity, 0];
  private wait = 4;
  private until = 4;

  /** Split as long as that is quicker; now and then the other is tried, less often while it remains slower. */
  choose(): boolean {
    const better = this.pace[1] < this.pace[0];
    if (this.until-- > 0) return better;
    this.until = this.wait;
    this.wait = Math.min(512, this.wait * 2);
    return !better;
  }

  /** `pace`: of a call that was made. */
  note(split: boolean, pace: number): void {
    const which = split ? 1 : 0;
    const better = this.pace[1] < this.pace[0];
    const before = this.pace[which];
    // The first is taken as it is.
    this.pace[which] = before === 0 || before === Infinity ? pace : before + (pace - before) / 8;
    if (this.pace[1] < this.pace[0] !== better) this.wait = this.until = 4;
  }
}
