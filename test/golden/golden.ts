import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';

/** Holds `text` against test/golden/FILE, which `UPDATE_GOLDEN=1` writes anew. */
export function expectGolden(file: string, text: string): void {
  const path = join(import.meta.dirname, file);
  const update = process.env['UPDATE_GOLDEN'] === '1';
  if (update) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  expect(existsSync(path), `${file} is missing: run with UPDATE_GOLDEN=1`).toBe(true);
  expect(text).toBe(readFileSync(path, 'utf8'));
}
