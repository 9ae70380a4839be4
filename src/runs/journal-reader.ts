/** Follows a journal that another process writes. */
import type { ByteSource } from '../formats/byte-source';
import type { RunEvent } from '../protocol/run';
import { parseEvent } from './events';
import { linesOf, openIfThere } from './journal-lines';

/** Bytes before the read position that must still be there at the next poll. */
const fingerprintBytes = 256;
/** Events returned at once, so that a long journal does not have to fit in memory twice. */
const eventsAtOnce = 20_000;

export interface JournalNews {
  events: RunEvent[];
  /** The journal was replaced or cut (a resumed run does that): `events` start anew, what was read before is void. */
  restarted: boolean;
  /** There is more: poll again. */
  more: boolean;
}

export class JournalReader {
  /** Damaged lines passed over since the (re)start. */
  skipped = 0;
  private offset = 0;
  private fingerprint = new Uint8Array();
  private readonly decoder = new TextDecoder();

  constructor(private readonly file: string) {}

  /**
   * The events recorded since the last poll. A line that is only half written is left for the next poll; a journal
   * that is not there yet has no events.
   * @throws SparseError `file.*`
   */
  async poll(): Promise<JournalNews> {
    const source = await openIfThere(this.file);
    if (!source) return { events: [], restarted: this.restart(), more: false };
    try {
      const restarted = !(await this.continues(source)) && this.restart();
      const events: RunEvent[] = [];
      let more = false;
      for await (const { bytes, end } of linesOf(source, this.offset)) {
        const event = parseEvent(this.decoder.decode(bytes));
        if (event) events.push(event);
        else this.skipped++;
        this.offset = end;
        more = events.length === eventsAtOnce;
        if (more) break;
      }
      const start = Math.max(0, this.offset - fingerprintBytes);
      this.fingerprint = (await source.read(start, this.offset - start)).slice();
      return { events, restarted, more };
    } finally {
      await source.close();
    }
  }

  private async continues(source: ByteSource): Promise<boolean> {
    if (source.size < this.offset) return false;
    const { length } = this.fingerprint;
    const found = await source.read(this.offset - length, length);
    return found.every((byte, index) => byte === this.fingerprint[index]);
  }

  /** Forgets what was read; says whether that was anything. */
  private restart(): boolean {
    const read = this.offset > 0;
    this.offset = 0;
    this.fingerprint = new Uint8Array();
    this.skipped = 0;
    return read;
  }
}
