import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type * as Haar from '../../../src/core/linalg/haar';
import type * as Svd from '../../../src/core/linalg/svd';
import type { Parts } from '../../../src/core/parts';
import { RpcCancelled } from '../../../src/protocol/rpc';
import { inTurns } from '../../../src/runs/turns';
import { context, Project, recordOf, TestEngine } from './project';

/** Called after each part of a decomposition, with how many there have been. */
let afterPart: (done: number) => void = () => undefined;
let parts = 0;

function* counted<T>(inner: Parts<T>): Parts<T> {
  for (;;) {
    const part = inner.next();
    if (part.done) return part.value;
    afterPart(++parts);
    yield;
  }
}

vi.mock('../../../src/core/linalg/svd', async (original) => {
  const svd = await original<typeof Svd>();
  return {
    ...svd,
    singularValuesInParts: (...args: Parameters<typeof svd.singularValuesInParts>) =>
      counted(svd.singularValuesInParts(...args)),
  };
});
vi.mock('../../../src/core/linalg/haar', async (original) => {
  const haar = await original<typeof Haar>();
  return {
    ...haar,
    haarOrthogonalInParts: (...args: Parameters<typeof haar.haarOrthogonalInParts>) =>
      counted(haar.haarOrthogonalInParts(...args)),
  };
});

let project: Project;
beforeEach(async () => {
  project = await Project.create();
  parts = 0;
  afterPart = () => undefined;
  // Every look at the clock finds a slice of time gone by, so each part counts as a slow one.
  let clock = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => (clock += 1000));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await project.remove();
});

/** Cancels after the `at`-th counted part; answers how many there were in the end. */
const cancelAt = async (at: number, state: 'initialising' | 'training'): Promise<number> => {
  const engine = await TestEngine.greeted();
  let cancelled: Promise<void> | undefined;
  let found: string | undefined;
  afterPart = (done) => {
    if (done !== at) return;
    found = engine.records.at(-1)?.state;
    cancelled = engine.api.cancelRun({ id: 'tiny-1' }, context());
  };
  const { directory } = await engine.run(project.start());
  await cancelled;
  expect(found).toBe(state);
  expect((await recordOf(directory)).state).toBe('cancelled');
  return parts;
};

describe('cancel in the middle of a long computation', () => {
  it('of a layer that is being described: no further part is done', async () => {
    expect(await cancelAt(7, 'initialising')).toBe(7);
  });

  it.each([
    ['a spectrum', 8],
    ['the Jacobian', 6],
  ])('of %s: no further part is done', async (_, event) => {
    // The same run without a cancel, up to the step after its second probes, tells where they are.
    const engine = await TestEngine.greeted();
    const marks: number[] = [];
    await engine.runUntil(project.start({ name: 'whole' }), (told) => {
      if (told.type === 'layer' || told.type === 'spectrum' || told.type === 'jacobian') marks.push(parts);
      return told.type === 'step' && told.step === 6;
    });
    parts = 0;
    // Three layers, whose spectra are known at step 0, a Jacobian; then three spectra: somewhere inside the wanted one.
    expect(marks[5]).toBe(marks[2]);
    const at = marks[event - 1] + 5;
    expect(at).toBeLessThan(marks[event]);
    expect(await cancelAt(at, 'training')).toBe(at);
  });

  it('of initial weights alone: no further part is done', async () => {
    const engine = await TestEngine.greeted();
    const controller = new AbortController();
    afterPart = (done) => {
      if (done === 3) controller.abort();
    };
    const { configPath, configText } = project.start({ init: 'base' });
    const output = `${project.root}/init.safetensors`;
    const attempt = engine.api.initialise(
      { configPath, configText, root: project.root, output },
      context(controller.signal),
    );
    await expect(attempt).rejects.toBeInstanceOf(RpcCancelled);
    expect(parts).toBe(3);
  });
});

describe('initial weights alone', () => {
  it('are drawn without describing them', async () => {
    const engine = await TestEngine.greeted();
    const { configPath, configText } = project.start();
    await engine.api.initialise(
      { configPath, configText, root: project.root, output: `${project.root}/init.safetensors` },
      context(),
    );
    // No part of a decomposition: this initialisation draws none.
    expect(parts).toBe(0);
  });
});

describe('inTurns', () => {
  let ended = false;
  const five = function* (): Parts<string> {
    ended = false;
    try {
      for (let i = 0; i < 5; i++) {
        parts++;
        yield;
      }
      return 'done';
    } finally {
      ended = true;
    }
  };

  it('takes a turn when a slice of time has passed, and only then', async () => {
    let clock = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (clock += 15));
    let turns = 0;
    const turn = (): Promise<void> => {
      turns++;
      return Promise.resolve();
    };
    await expect(inTurns(five(), turn)).resolves.toBe('done');
    expect([parts, turns]).toEqual([5, 2]);
  });

  it('does no further part after a turn that fails, and ends them, so that what they hold is given back', async () => {
    const stop = new Error('stop');
    await expect(inTurns(five(), () => Promise.reject(stop))).rejects.toBe(stop);
    expect([parts, ended]).toEqual([1, true]);
  });
});
