import type { Position, Range } from './issues';

/** Offsets into the text, end exclusive. */
export interface Span {
  start: number;
  end: number;
}

const byteOrderMark = '\uFEFF';

/** Editors hide a byte order mark: places are counted without it. */
export const withoutByteOrderMark = (text: string): string => (text.startsWith(byteOrderMark) ? text.slice(1) : text);

/**
 * Lines and columns of offsets, as an editor counts them: lines end with LF, CRLF or CR, columns are UTF-16 code units.
 */
export class TextLines {
  private readonly starts: number[] = [0];

  constructor(readonly text: string) {
    for (const { index, 0: end } of text.matchAll(/\r\n|\r|\n/g)) this.starts.push(index + end.length);
  }

  position(offset: number): Position {
    const at = Math.max(0, Math.min(offset, this.text.length));
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle] <= at) low = middle;
      else high = middle - 1;
    }
    return { line: low, column: at - this.starts[low], offset: at };
  }

  range({ start, end }: Span): Range {
    return { start: this.position(start), end: this.position(end) };
  }

  /** Offset of the begin of a line; of the text's end after its last line. */
  lineStart(line: number): number {
    return this.starts.at(line) ?? this.text.length;
  }

  /** Offset of the end of a line, without its line break. */
  lineEnd(line: number): number {
    const next = this.starts.at(line + 1) ?? this.text.length;
    return next - (/[\r\n]*$/.exec(this.text.slice(Math.max(0, next - 2), next))?.[0].length ?? 0);
  }

  slice({ start, end }: Span): string {
    return this.text.slice(start, end);
  }
}
