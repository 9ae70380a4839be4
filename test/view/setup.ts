/** Once for all view tests: real runs, made by the command line as a person would make them. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { missingBrowser } from './harness';
import { root } from '../../scripts/lib/process.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    /** Run folder of examples/mlp7-eoi.sparse.yaml: seven layers, five checkpoints. */
    eoiRun: string;
    /** Run folder of a run with `init: base`, no Jacobian, and one layer. */
    baseRun: string;
    /** Folder for what a test makes, emptied afterwards. */
    scratch: string;
  }
}

const base = `version: 1
name: plain
model: { layers: [{ name: only, linear: { in: 784, out: 10 } }] }
data: { source: synthetic-digits }
sparsity: { density: 0.2, init: base }
train: { epochs: 1 }
probes: { jacobian: { at: [] } }
`;

export function setup(project: TestProject): () => void {
  // The tests say themselves that they are skipped.
  if (missingBrowser !== undefined) return () => undefined;
  const scratch = mkdtempSync(join(tmpdir(), 'sparsescope-view-'));
  const cli = join(root, 'dist/cli.js');
  if (!existsSync(cli)) throw new Error('dist/cli.js is not there: start these tests with npm test -- --only view');
  const run = (config: string, name: string): string => {
    const directory = join(scratch, name);
    execFileSync(process.execPath, [cli, 'run', config, '-o', directory], { stdio: ['ignore', 'ignore', 'inherit'] });
    return directory;
  };
  const baseConfig = join(scratch, 'plain.sparse.yaml');
  writeFileSync(baseConfig, base);
  project.provide('scratch', scratch);
  project.provide('eoiRun', run(join(root, 'examples/mlp7-eoi.sparse.yaml'), 'mlp7-eoi-1'));
  project.provide('baseRun', run(baseConfig, 'plain-1'));
  return () => rmSync(scratch, { recursive: true, force: true });
}
