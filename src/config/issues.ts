/** What is wrong with a config, and where: one form for the editor, the terminal and the engine. */

export interface Position {
  /** 0-based. */
  line: number;
  /** 0-based, in UTF-16 code units. */
  column: number;
  /** Into the text without a byte order mark, in UTF-16 code units. */
  offset: number;
}

export interface Range {
  start: Position;
  end: Position;
}

export interface Suggestion {
  /** Takes the place of the issue's range. */
  text: string;
  /** `Change to density`. */
  title: string;
}

export interface ConfigIssue {
  /** `config.unknown-key`: stable. */
  code: string;
  severity: 'error' | 'warning';
  message: string;
  range: Range;
  /** `model.layers[1].linear.in`; empty for the whole config. */
  path: string;
  suggestion?: Suggestion;
}
