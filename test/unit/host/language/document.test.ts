import { expect, it, vi } from 'vitest';
import type { TextDocument } from 'vscode';
import { checkedDocument } from '../../../../src/host/language/document';

vi.mock('vscode', () => ({}));

it('a config in UTF-16 is one mistake in the editor too, until it is saved as UTF-8', () => {
  const document = {
    version: 1,
    encoding: 'utf16le',
    uri: { path: '/project/a.sparse.yaml', scheme: 'file' },
    getText: () => 'version: 1\nmodel: { preset: mlp-7 }\ndata: { source: synthetic-digits }\n',
  };
  const codes = (): string[] =>
    checkedDocument(document as unknown as TextDocument).issues.map(({ code, range }) => `${range.start.line} ${code}`);
  expect(codes()).toEqual(['0 config.wrong-encoding']);
  document.encoding = 'utf8';
  expect(codes()).toEqual([]);
});
