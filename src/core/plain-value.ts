/** Values as JSON has them, and as a person would write them. */

export type PlainValue = string | number | boolean | null | PlainValue[] | { [key: string]: PlainValue };

/** On one line: `0.1`, `{ method: rigl, every: 50 }`. */
export function valueText(value: PlainValue): string {
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const pairs = Object.entries(value).map(([key, inner]) => `${key}: ${valueText(inner)}`);
  return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`;
}
