import { beforeAll, describe, expect, it } from 'vitest';
import { wasm } from '../../../../src/engine/backends/wasm';
import { processKernels } from '../../../../src/engine/kernels/process';
import { chooseExecutor, executorOf, executorOfSparseRuns } from '../../../../src/engine/sparse/choose';
import { SparseExecutor } from '../../../../src/engine/sparse/executor';
import { Trainer } from '../../../../src/engine/trainer';
import { checkConfig } from '../../../../src/config/check';
import { drawnState, presetNetwork } from '../nets';
import { withExecutor } from './compare';

function asked(change = ''): Parameters<typeof chooseExecutor>[0] {
  const text = `version: 1\nname: a\nmodel: { preset: mlp-7 }\ndata: { source: synthetic-digits }\n${change}`;
  const { config, plan, issues } = checkConfig(text, 'yaml');
  if (!config || !plan) throw new Error(JSON.stringify(issues));
  return { config, plan };
}

describe('the executor of a run', () => {
  it.each([
    ['sparsity: { density: 0.125 }', 'wasm', 'sparse', /kept weights only.*taken by auto/],
    ['sparsity: { density: 0.125 }', 'cpu', 'sparse', /kept weights only/],
    ['sparsity: { density: 0.125 }', 'webgpu', 'tensors', /webgpu computes on another device/],
    ['sparsity: { density: 0.9 }', 'wasm', 'tensors', /more than 0.5 of the weights are kept/],
    ['sharing: { compression: 8 }', 'wasm', 'tensors', /weights are shared/],
    ['sparsity: { density: 0.125 }\ncompute: { backend: wasm }', 'wasm', 'tensors', /^as compute.backend says/],
    ['sparsity: { density: 0.9 }\ncompute: { backend: sparse }', 'wasm', 'sparse', /^as compute.backend says/],
  ] as const)('of %s on %s is %s', (change, backend, name, reason) => {
    const found = chooseExecutor(asked(change), backend);
    expect(found.name).toBe(name);
    expect(found.reason).toMatch(reason);
  });

  it('is sparse on any backend where nothing else holds the network', () => {
    const { config, plan } = asked('sparsity: { density: 0.9 }');
    for (const backend of ['wasm', 'webgpu'] as const) {
      const found = chooseExecutor({ config, plan: { ...plan, onlySparse: true } }, backend);
      expect(found).toMatchObject({
        name: 'sparse',
        reason: expect.stringMatching(/does not fit in memory/) as string,
      });
    }
  });

  it('has the threads of the process, or fewer where so many are asked for', () => {
    const { wanted } = processKernels().pool;
    const threads = (change: string): number | undefined =>
      chooseExecutor(asked(`sparsity: { density: 0.125 }\n${change}`), 'wasm').threads;
    expect(threads('')).toBe(wanted);
    expect(threads('compute: { threads: 1 }')).toBe(1);
    expect(threads('compute: { threads: 8 }')).toBe(wanted);
    expect(threads('compute: { backend: wasm }')).toBeUndefined();
  });

  it.each([
    ['wasm', 'sparse', /^kept weights only/],
    ['webgpu', 'tensors', /^webgpu computes on another device/],
  ] as const)('of sparse runs on %s is %s, for whoever asks before there is one', (backend, name, reason) => {
    const found = executorOfSparseRuns(backend);
    expect(found.name).toBe(name);
    expect(found.reason).toMatch(reason);
  });

  describe('by name', () => {
    beforeAll(async () => {
      await wasm.start();
    });
    it.each([
      ['sparse', SparseExecutor],
      ['tensors', Trainer],
    ] as const)('%s', (name, kind) => {
      const network = presetNetwork('mlp-7', [1, 6, 6]);
      const optimizer = { name: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 0 } as const;
      withExecutor(executorOf(name, network, drawnState(network), { optimizer }), (executor) => {
        expect(executor).toBeInstanceOf(kind);
      });
    });
  });
});
