import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import { importX } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

const tensorflow = { group: ['@tensorflow/*'], message: 'Only src/engine may use TensorFlow.js.' };
const vscode = { group: ['vscode'], message: 'Only src/host and src/extension.ts may use vscode.' };
const node = { group: ['node:*'], message: 'This layer knows no Node.' };
const anyPackage = { regex: '^[^.]', message: 'This layer knows the language only: no packages, no Node.' };

/** The house's floors: `target` may not import from `from`. Imports go downwards only. */
const floor = (target, from) => ({ target, from, message: `${target} may not import from this layer.` });
const zones = [
  floor('./src/core', ['./src/!(core)/**', './src/*.ts', './webview/**']),
  floor('./src/protocol', ['./src/!(core|protocol)/**', './src/*.ts', './webview/**']),
  floor('./src/formats', ['./src/!(core|formats)/**', './src/*.ts', './webview/**']),
  floor('./src/config', ['./src/!(core|config)/**', './src/*.ts', './webview/**']),
  floor('./src/runs', ['./src/!(core|formats|config|protocol|runs)/**', './src/*.ts', './webview/**']),
  floor('./src/gpu', ['./src/!(core|formats|runs|gpu)/**', './src/*.ts', './webview/**']),
  floor('./src/client', ['./src/!(core|protocol|client)/**', './src/*.ts', './webview/**']),
  floor('./src/sweep', ['./src/!(core|formats|config|protocol|runs|client|sweep)/**', './src/*.ts', './webview/**']),
  floor('./src/engine', [
    './src/host/**',
    './src/cli/**',
    './src/client/**',
    './src/sweep/**',
    './src/*.ts',
    './webview/**',
  ]),
  floor('./src/cli', ['./src/host/**', './src/*.ts', './webview/**']),
  floor('./src/host', ['./src/engine/**', './src/cli/**', './webview/**']),
  floor('./src/extension.ts', ['./src/engine/**', './src/cli/**', './webview/**']),
  floor('./webview', ['./src/!(core|protocol)/**', './src/*.ts']),
];

const noImports = (files, ...patterns) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns }] },
});

export default tseslint.config(
  { ignores: ['dist/**', 'src/core/kernels/assembly/**', 'node_modules/**', '.host/**', '**/.sparsescope/**'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    plugins: { 'import-x': importX },
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './tsconfig.webview.json', './tsconfig.test.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    settings: {
      'import-x/resolver-next': [
        createTypeScriptImportResolver({
          project: ['tsconfig.json', 'tsconfig.webview.json', 'tsconfig.test.json'],
          noWarnOnMultipleProjects: true,
        }),
      ],
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      'import-x/no-default-export': 'error',
      'import-x/no-cycle': 'error',
      'import-x/no-restricted-paths': ['error', { zones }],
      eqeqeq: 'error',
    },
  },
  noImports(['src/core/**', 'src/protocol/**'], anyPackage),
  noImports(
    ['src/formats/**', 'src/config/**', 'src/runs/**', 'src/client/**', 'src/sweep/**', 'src/gpu/**'],
    tensorflow,
    vscode,
  ),
  noImports(['src/engine/**'], vscode),
  noImports(['src/cli/**'], tensorflow, vscode),
  noImports(['src/host/**', 'src/extension.ts', 'src/contributions.ts'], tensorflow),
  noImports(['webview/**'], tensorflow, vscode, node),
  { files: ['vitest.config.ts', 'test/*/vitest.config.ts'], rules: { 'import-x/no-default-export': 'off' } },
  { files: ['**/*.mjs'], extends: [tseslint.configs.recommended] },
);
