/** Once for all view tests: real runs, made by the command line as a person would make them. */
import { execFileSync, spawnSync } from 'node:child_process';
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
    /** Run folder of a network with circular convolutions, one in two groups, whose masks RigL changes four times. */
    convRun: string;
    /** Run folder of weights led by 2:4, the second layer of three stacked matrices; not trained long. */
    guidedRun: string;
    /** Run folder of three layers in one memory, by a fold. */
    sharedRun: string;
    /** Run folder of three layers in one memory by ROAST, which stopped after a few steps because it diverged. */
    divergedRun: string;
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

const convolutions = `version: 1
name: conv
model:
  layers:
    - { name: conv1, conv: { in: 1, out: 8, stride: 4, padding: circular } }
    - { activation: tanh }
    - { name: conv2, conv: { in: 8, out: 8, groups: 2, padding: circular } }
    - { activation: tanh }
    - { name: fc, linear: { in: 392, out: 10 } }
data: { source: synthetic-digits }
sparsity: { density: 0.3, init: eoi, update: { method: rigl, every: 8, until: 0.8 } }
train: { epochs: 1, checkpointEvery: 20 }
probes: { jacobian: { at: [0], samples: 4 }, signals: { every: 20, samples: 64 } }
`;

const guided = `version: 1
name: guided
model:
  layers:
    - { name: fc1, linear: { in: 784, out: 16 } }
    - { activation: tanh }
    - { name: qkv, linear: { in: 16, out: 48, stack: 3 } }
    - { name: fc2, linear: { in: 48, out: 10 } }
data: { source: synthetic-digits }
sparsity: { init: eoi, eoi: { pattern: { nm: [2, 4] } } }
train: { epochs: 1, optimizer: { learningRate: 0.01 } }
probes: { jacobian: { at: [] } }
`;

const shared = `version: 1
name: shared
model:
  layers:
    - { name: fc1, linear: { in: 784, out: 60 } }
    - { activation: relu }
    - { name: fc2, linear: { in: 60, out: 40 } }
    - { activation: relu }
    - { name: fc3, linear: { in: 40, out: 10 } }
data: { source: synthetic-digits }
sharing: { compression: 8 }
train: { epochs: 1, optimizer: { learningRate: 0.05 } }
probes: { jacobian: { at: [] } }
`;

const diverging = shared
  .replace('name: shared', 'name: diverging')
  .replace('sharing: { compression: 8 }', 'sharing: { method: roast, compression: 8, initStd: 0.02 }')
  .replace('learningRate: 0.05', 'learningRate: 0.3');

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
  const failedRun = (config: string, name: string): string => {
    const directory = join(scratch, name);
    const { status } = spawnSync(process.execPath, [cli, 'run', config, '-o', directory], { stdio: 'ignore' });
    if (status === 0) throw new Error(`${name} was to fail`);
    return directory;
  };
  const written = (name: string, text: string): string => {
    const path = join(scratch, `${name}.sparse.yaml`);
    writeFileSync(path, text);
    return path;
  };
  project.provide('scratch', scratch);
  project.provide('eoiRun', run(join(root, 'examples/mlp7-eoi.sparse.yaml'), 'mlp7-eoi-1'));
  project.provide('baseRun', run(written('plain', base), 'plain-1'));
  project.provide('convRun', run(written('conv', convolutions), 'conv-1'));
  project.provide('guidedRun', run(written('guided', guided), 'guided-1'));
  project.provide('sharedRun', run(written('shared', shared), 'shared-1'));
  project.provide('divergedRun', failedRun(written('diverging', diverging), 'diverging-1'));
  return () => rmSync(scratch, { recursive: true, force: true });
}
