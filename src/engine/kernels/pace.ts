/**
 * Calls in which the other way is tried: in the first of them threads wake and caches fill, so that it does not count.
 */
const trial = 4;
const longest = 512;

/**
 * Whether it is quicker to split a kernel's calls, as measured while they are made: where others use the cores, a part
 * that one of them holds back costs more than all parts in one thread.
 */
export class Pace {
  /** Milliseconds for so much work, of late: in one thread, and split. */
  private readonly pace: [alone: number, split: number] = [Infinity, 0];
  private trying = false;
  /** Whether the next call is the first one of its way. */
  private first = true;
  private wait = trial;
  private left = trial;

  /** Split as long as that is quicker; now and then the other is tried, less often while it remains slower. */
  choose(): boolean {
    if (this.left === 0) {
      this.trying = !this.trying;
      this.first = true;
      this.left = this.trying ? trial : this.wait;
      if (!this.trying) this.wait = Math.min(longest, this.wait * 2);
    }
    this.left--;
    return this.splitIsBetter !== this.trying;
  }

  /** `pace`: of a call that was made. */
  note(split: boolean, pace: number): void {
    if (this.first) {
      this.first = false;
      return;
    }
    const which = split ? 1 : 0;
    const better = this.splitIsBetter;
    const before = this.pace[which];
    // The first is taken as it is; what is tried seldom soon says little of now.
    const weight = before === 0 || before === Infinity ? 1 : this.trying ? 1 / 2 : 1 / 8;
    this.pace[which] = weight === 1 ? pace : before + (pace - before) * weight;
    if (this.splitIsBetter === better) return;
    this.first = !this.trying;
    this.trying = false;
    this.wait = this.left = trial;
  }

  private get splitIsBetter(): boolean {
    return this.pace[1] < this.pace[0];
  }
}
