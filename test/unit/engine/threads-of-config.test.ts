/** What a config computes besides steps follows `compute.threads`, too. On one core there is nothing to see. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { kernels } from '../../../src/core/kernels/current';
import type { Kernels } from '../../../src/core/kernels/kernels';
import type * as Svd from '../../../src/core/linalg/svd';
import { kernelsFor } from '../../../src/engine/kernels/process';
import { context, Project, TestEngine } from './project';

const seen = new Set<Kernels>();

vi.mock('../../../src/core/linalg/svd', async (original) => {
  const svd = await original<typeof Svd>();
  return {
    ...svd,
    singularValuesInParts: (...args: Parameters<typeof svd.singularValuesInParts>) => {
      seen.add(kernels());
      return svd.singularValuesInParts(...args);
    },
  };
});

let project: Project;
beforeEach(async () => {
  seen.clear();
  project = await Project.create();
});
afterEach(() => project.remove());

const one = { compute: 'backend: wasm, threads: 1' };

it('of a run', async () => {
  await (await TestEngine.greeted()).run(project.start({ ...one, epochs: 1 }));
  expect([...seen]).toEqual([kernelsFor(1)]);
});

it('of a comparison', async () => {
  const { api } = await TestEngine.greeted();
  const methods = [{ distribution: 'uniform', init: 'eoi' }] as const;
  await api.compareInitialisations({ ...project.start(one), methods: [...methods] }, context());
  expect([...seen]).toEqual([kernelsFor(1)]);
});

it('of one that says nothing, by all there are', async () => {
  await (await TestEngine.greeted()).run(project.start({ epochs: 1 }));
  expect([...seen]).toEqual([kernelsFor('auto')]);
});
