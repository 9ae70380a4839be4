import { describe, expect, it, vi } from 'vitest';

vi.mock('vscode', async () => (await import('./vscode-double')).vscodeDouble);

import type { TensorEntry } from '../../../src/formats/safetensors';
import { shownMetadata, tensorPage } from '../../../src/host/views/tensor-pages';
import { toMessage } from '../../../src/host/views/webview-channel';
import { maxMessageBytes } from '../../../src/protocol/views';

const plain = (): object => ({});
const entry = (name: string): TensorEntry => ({ name, dtype: 'F32', shape: [2, 3], start: 100, end: 124 });

/** As a view asks: again from where the last page stopped. */
const pages = (tensors: readonly TensorEntry[]): ReturnType<typeof tensorPage>[] => {
  const all: ReturnType<typeof tensorPage>[] = [];
  for (let start = 0; start < tensors.length; start += all.at(-1)!.length) {
    all.push(tensorPage(tensors, { start, end: tensors.length }, plain));
    expect(all.at(-1)).not.toEqual([]);
  }
  return all;
};

describe('metadata of a tensor file', () => {
  it('is shown whole when it is small', () => {
    const metadata = { format: 'sparsescope', step: '500', ['__proto__']: 'x' };
    expect(Object.entries(shownMetadata(metadata))).toEqual(Object.entries(metadata));
  });

  it('is cut where a value is long, and says how long it is', () => {
    const shown = shownMetadata({ long: 'x'.repeat(5_000), short: 'y' });
    expect(shown).toEqual({ long: `${'x'.repeat(4_096)}… (5000 characters)`, short: 'y' });
  });

  it('fits a message however much there is', () => {
    const hostile = Object.fromEntries(
      Array.from({ length: 3_000 }, (_, i) => [`${i}${'k'.repeat(1_000)}`, '\u0001'.repeat(100_000)]),
    );
    const shown = shownMetadata(hostile);
    expect(toMessage(shown).bytes).toBeLessThan(maxMessageBytes);
    const entries = Object.entries(shown);
    expect(entries.at(-1)).toEqual(['…', `${3_000 - entries.length + 1} more entries`]);
  });
});

describe('pages of tensors', () => {
  it('have at most 2,000 tensors', () => {
    const tensors = Array.from({ length: 4_500 }, (_, i) => entry(`t${i}`));
    expect(pages(tensors).map((page) => page.length)).toEqual([2_000, 2_000, 500]);
    const playedAs = ({ name }: TensorEntry): object => (name === 't11' ? { groups: 2 } : {});
    expect(tensorPage(tensors, { start: 10, end: 12 }, playedAs)).toEqual([
      { name: 't10', dtype: 'F32', shape: [2, 3], bytes: 24 },
      { name: 't11', dtype: 'F32', shape: [2, 3], bytes: 24, groups: 2 },
    ]);
  });

  it('have fewer where names are long, each fits a message, and none is lost', () => {
    const tensors = Array.from({ length: 2_000 }, (_, i) => entry(`${i}${'é'.repeat(2_000)}`));
    const found = pages(tensors);
    for (const page of found) expect(toMessage(page).bytes).toBeLessThan(maxMessageBytes);
    expect(found.flat().map(({ name }) => name)).toEqual(tensors.map(({ name }) => name));
  });
});
