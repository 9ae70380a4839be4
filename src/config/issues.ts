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
  text: string;
  /** `Change to density`. */
  title: string;
  /** What `text` takes the place of; without it the issue's range. */
  range?: Range;
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
  /** Other ways out. */
  others?: Suggestion[];
}
