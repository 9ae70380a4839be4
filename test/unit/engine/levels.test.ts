/** Levels of lottery tickets that the plan cannot count are refused of the weights drawn, before any step of training. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bandPattern } from '../../../src/core/patterns';
import type { RunRecord } from '../../../src/protocol/run';
import { RunFolder } from '../../../src/runs/folder';
import { readJournal } from '../../../src/runs/journal';
import { context, filesIn, Project, recordOf, TestEngine } from './project';
import type { Change } from './project';

let project: Project;
let engine: TestEngine;
beforeAll(async () => {
  project = await Project.create();
  engine = await TestEngine.greeted();
});
afterAll(() => project.remove());

const layers = [
  '{ name: fc1, linear: { in: 784, out: 12, dense: true } }',
  '{ activation: tanh }',
  '{ name: fc2, linear: { in: 12, out: 12 } }',
  '{ activation: tanh }',
  '{ name: fc3, linear: { in: 12, out: 10 } }',
];

const wanted = (pattern: string, levels: number): Change => ({
  layers,
  epochs: 1,
  sparsity: `eoi: { pattern: ${pattern} }`,
  train: `rewind: { levels: ${levels}, step: 2, fraction: 0.2 }`,
});

const run = async (change: Change): Promise<{ directory: string; record: RunRecord }> => {
  const { directory } = await engine.run(project.start(change));
  return { directory, record: await recordOf(directory) };
};

/** Levels that leave two layers a weight each; a level prunes ceil(weights / 5). */
const possible = (weights: number): number => {
  let levels = 0;
  for (let now = weights; (now -= Math.ceil(0.2 * now - 1e-9)) >= 2;) levels++;
  return levels;
};

const drawnOf = ({ layers: drawn }: RunRecord): number =>
  drawn.filter(({ dense }) => !dense).reduce((sum, { nonZeros }) => sum + nonZeros, 0);

/** One level more than the drawn weights last for, which the record has to say; as many as they last for are trained. */
async function refusedAbove(pattern: string, most: number): Promise<void> {
  const { record, directory } = await run(wanted(pattern, most + 1));
  expect(record.state).toBe('failed');
  expect(record.error?.code).toBe('config.too-many-levels');
  expect(record.error?.message).toBe(
    `${most + 1} levels leave 1 weight for 2 layers, and each needs one: none is left for fc3; use at most ${most}.`,
  );
  const journal = await readJournal(new RunFolder(directory).journalFile);
  expect(journal.some(({ type }) => type === 'step')).toBe(false);
  // A run that is resumed must not begin from weights that were refused.
  expect(await filesIn(directory)).not.toContain('init.safetensors');
  await engine.resume(directory);
  expect((await recordOf(directory)).error).toEqual(record.error);
  expect((await run(wanted(pattern, most))).record).toMatchObject({ state: 'completed' });
}

describe('levels of lottery tickets of a network drawn', () => {
  it('towards a pattern, with fewer weights than the plan counts', async () => {
    const pattern = '{ band: 3 }';
    const planned = bandPattern(12, 12, 3).count() + bandPattern(10, 12, 3).count();
    const drawn = drawnOf((await run({ ...wanted(pattern, 0), train: '' })).record);
    expect(possible(drawn)).toBeLessThan(possible(planned));
    await refusedAbove(pattern, possible(drawn));
    // One more than the plan's is the plan's to refuse.
    const error = await engine.api.startRun(project.start(wanted(pattern, possible(planned) + 1)), context()).then(
      () => undefined,
      (cause: unknown) => cause as Error,
    );
    expect(error?.message).toContain(`use at most ${possible(planned)}`);
  }, 60_000);

  it('towards masks of a file, which have no count before', async () => {
    const output = join(project.root, 'wanted.safetensors');
    await engine.api.prune(
      { ...project.start({ layers, init: 'base', distribution: 'magnitude', density: 0.3 }), output },
      context(),
    );
    const pattern = `{ file: ${JSON.stringify(output)} }`;
    const drawn = drawnOf((await run({ ...wanted(pattern, 0), train: '' })).record);
    await refusedAbove(pattern, possible(drawn));
  }, 60_000);
});
