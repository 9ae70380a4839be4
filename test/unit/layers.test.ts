/** The linter must really refuse what the architecture forbids: each bad import is linted where it would stand. */
import { ESLint } from 'eslint';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const paths = 'import-x/no-restricted-paths';
const packages = 'no-restricted-imports';

/** The rules of imports, without type information: the snippets are in no project. */
const eslint = new ESLint({
  cwd: root,
  overrideConfig: {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { project: null, projectService: false } },
  },
  ruleFilter: ({ ruleId }) => ruleId === paths || ruleId === packages,
});

const rulesBrokenBy = async (file: string, code: string): Promise<(string | null)[]> => {
  const [result] = await eslint.lintText(code, { filePath: join(root, file) });
  return result.messages.map((message) => message.ruleId ?? message.message);
};

describe('imports go downwards only', () => {
  it.each([
    ['src/core/bad.ts', "import 'node:fs';", packages],
    ['src/core/bad.ts', "import 'yaml';", packages],
    ['src/core/bad.ts', "import '../protocol/rpc';", paths],
    ['src/protocol/bad.ts', "import 'vscode';", packages],
    ['src/protocol/bad.ts', "import '../contributions';", paths],
    ['src/formats/bad.ts', "import '../protocol/rpc';", paths],
    ['src/config/bad.ts', "import '../protocol/rpc';", paths],
    ['src/runs/bad.ts', "import '../contributions';", paths],
    ['src/runs/bad.ts', "import '@tensorflow/tfjs';", packages],
    ['src/gpu/bad.ts', "import 'vscode';", packages],
    ['src/gpu/bad.ts', "import '../protocol/rpc';", paths],
    ['src/client/bad.ts', "import 'vscode';", packages],
    ['src/client/bad.ts', "import '../runs/folder';", paths],
    ['src/sweep/bad.ts', "import '../engine/main';", paths],
    ['src/sweep/bad.ts', "import '../cli/errors';", paths],
    ['src/sweep/bad.ts', "import 'vscode';", packages],
    ['src/engine/bad.ts', "import '../client/engine-process';", paths],
    ['src/engine/bad.ts', "import '../sweep/plan';", paths],
    ['src/engine/bad.ts', "import 'vscode';", packages],
    ['src/engine/bad.ts', "import '../contributions';", paths],
    ['src/cli/bad.ts', "import '../contributions';", paths],
    ['src/cli/bad.ts', "import '@tensorflow/tfjs';", packages],
    ['src/host/bad.ts', "import '@tensorflow/tfjs';", packages],
    ['src/host/bad.ts', "import '../engine/main';", paths],
    ['src/extension.ts', "import './engine/main';", paths],
    ['webview/bad.ts', "import '../src/contributions';", paths],
    ['webview/bad.ts', "import '../src/host/log';", paths],
    ['webview/bad.ts', "import 'node:path';", packages],
  ])('%s may not %s', async (file, code, rule) => {
    expect(await rulesBrokenBy(file, code)).toEqual([rule]);
  });

  it.each([
    ['src/engine/good.ts', "import '../core/network'; import '@tensorflow/tfjs';"],
    ['src/host/good.ts', "import '../protocol/rpc'; import 'vscode'; import 'node:fs';"],
    ['src/host/good.ts', "import '../sweep/plan';"],
    ['src/sweep/good.ts', "import '../client/engine-process'; import '../runs/folder';"],
    ['webview/good.ts', "import '../src/protocol/rpc'; import '../src/core/network';"],
  ])('%s may %s', async (file, code) => {
    expect(await rulesBrokenBy(file, code)).toEqual([]);
  });
});
