/** Sentences tell a person which key of the config to change: it has to be one that there is. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { configSchema } from '../../../src/config/schema';
import { schemaAt } from '../../../src/config/schema-paths';
import { root } from '../../../scripts/lib/process.mjs';

const sections = Object.entries(configSchema.keys).flatMap(([name, { kind }]) => (kind === 'object' ? [name] : []));
/** Neither code, where a call or more of a path follows, nor the codes of errors, which have hyphens. */
const named = new RegExp(`(?<![\\w.$/{])(?:${sections.join('|')})(?:\\.[a-zA-Z]+)+(?![\\w(./*}-])`, 'g');

it.each(['errors', 'words'])('keys that files of %s name are in the schema', (kind) => {
  const files = ['src', 'webview'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith(`${kind}.ts`))
      .map((name) => join(root, folder, name)),
  );
  const found = files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/(['`])(?:(?!\1).)*\1/g)].flatMap(([text]) =>
      // A key alone is no sentence but the code of an error.
      [...text.matchAll(named)].flatMap(([key]) => (text.length > key.length + 2 ? [key] : [])),
    ),
  );
  expect(found.length).toBeGreaterThan(10);
  expect(found.filter((key) => schemaAt(key) === undefined)).toEqual([]);
});
