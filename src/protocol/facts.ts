/** Facts in two columns of plain text, which keep their form in an issue, a mail, a terminal. */

/** Names and values; a value may have several lines. */
export type Facts = readonly (readonly [name: string, value: string])[];

/** Its further lines begin where the first does, so many characters on. */
export const hanging = (text: string, indent: number): string => text.replaceAll('\n', `\n${' '.repeat(indent)}`);

export function factsText(facts: Facts): string {
  const width = Math.max(...facts.map(([name]) => name.length)) + 2;
  return facts.map(([name, value]) => `${name.padEnd(width)}${hanging(value, width)}\n`).join('');
}
