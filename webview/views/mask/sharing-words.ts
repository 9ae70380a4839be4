/** What the Mask tab says of weights that share their numbers. */
import type { SharersPage } from '../../../src/protocol/sharing-view';
import { count, many } from '../../format';

export const sharingWords = {
  word: 'Sharing',
  by: 'Colour by',
  layer: 'By Layer',
  number: 'By Number',
  alone: 'alone',
  many: (most: number) => `${count(most)} others`,
  whole: {
    layer: (name: string) =>
      `${name} · each weight in the colour of the other layer with which it shares its location most, in its own where none does`,
    number: (name: string) => `${name} · each weight by how many others share its location`,
  },
  element: (name: string, { row, column }: { row: number; column: number }) => `${name} [row ${row}, column ${column}]`,
} as const;

/** How many of which layer share a location, this weight not counted. */
export const othersText = ({ location, total, sharers }: SharersPage, own: string): string => {
  const by = new Map<string, number>();
  for (const { layer } of sharers) by.set(layer, (by.get(layer) ?? 0) + 1);
  by.set(own, (by.get(own) ?? 1) - 1);
  const list = [...by].filter(([, weights]) => weights > 0).map(([layer, weights]) => `${count(weights)} of ${layer}`);
  if (total <= 1) return `location ${count(location)}, alone`;
  const cut = sharers.length < total ? `, of the first ${count(sharers.length)} of all ${count(total)} sharers` : '';
  return `location ${count(location)} with ${many(total - 1, 'other')}${cut}: ${list.join(', ')}`;
};
