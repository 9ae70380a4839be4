/**
 * What comes from outside - names in files, paths, messages of the system - may hold characters that a terminal obeys,
 * or that turn the order of what follows. They are shown by their numbers in place of it.
 */

/** Controls, separators of lines, and marks of direction: all below U+10000. */
const obeyed = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

const hex = (character: string): string => character.charCodeAt(0).toString(16);

/** Of what is one line, or part of one. */
export const oneLine = (text: string): string => text.replace(obeyed, (found) => `\\u{${hex(found)}}`);

/** Of text whose ends of lines are its own. */
export const printable = (text: string): string =>
  text.replace(obeyed, (found) => (found === '\n' || found === '\t' ? found : oneLine(found)));

/** Of JSON, which says them in its own way and stays the same answer. */
export const printableJson = (json: string): string =>
  json.replace(obeyed, (found) => (found === '\n' ? found : `\\u${hex(found).padStart(4, '0')}`));

/** A path, or other words from outside, on a line alone. */
export const lineOf = (text: string): string => `${oneLine(text)}\n`;
