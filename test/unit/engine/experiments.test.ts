/** What the experiments claim, at a budget that a test has. Whether all of them are valid: test/unit/config/experiments.test.ts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkConfig } from '../../../src/config/check';
import { RunFolder } from '../../../src/runs/folder';
import { readJournal } from '../../../src/runs/journal';
import { Project, recordOf, TestEngine } from './project';

let project: Project;
beforeAll(async () => {
  project = await Project.create();
});
afterAll(() => project.remove());

const folder = join(import.meta.dirname, '../../../examples/experiments');

/** The first trial of an experiment with these values, and pieces of its text replaced. */
function trialText(name: string, values: Record<string, string>, changes: Record<string, string>): string {
  const { sweep } = checkConfig(readFileSync(join(folder, `${name}.sparse.yaml`), 'utf8'), 'yaml');
  const trial = sweep!
    .trials()
    .find((one) => Object.entries(values).every(([path, value]) => one.values[path] === value));
  return Object.entries(changes).reduce((text, [from, to]) => {
    expect(text).toContain(from);
    return text.replace(from, to);
  }, trial!.text);
}

const lossesOf = async (configText: string): Promise<{ losses: number[]; gradientNorms: number[] }> => {
  const engine = await TestEngine.greeted();
  const { directory } = await engine.run({ ...project.start(), configText });
  expect(await recordOf(directory)).toMatchObject({ state: 'completed' });
  const steps = (await readJournal(new RunFolder(directory).journalFile)).filter((event) => event.type === 'step');
  return { losses: steps.map(({ loss }) => loss), gradientNorms: steps.map(({ gradientNorm }) => gradientNorm) };
};

const chance = Math.log(10);

describe('a tanh MLP of 1000 layers with an eighth of its weights', () => {
  const narrow = (steps: number) => ({
    'width: 128': 'width: 64',
    'epochs: 1': `steps: ${steps}`,
    'batchSize: 128': 'batchSize: 64',
    'validation: 0.1': 'validation: 0.01',
    'at: [0]': 'at: []',
  });

  it('learns from an exactly orthogonal start', async () => {
    const { losses, gradientNorms } = await lossesOf(
      trialText('table1-mlp-small', { 'sparsity.init': 'eoi' }, narrow(18)),
    );
    const last = losses.slice(-5).reduce((sum, loss) => sum + loss, 0) / 5;
    expect(last).toBeLessThan(chance - 0.06);
    expect(Math.min(...gradientNorms)).toBeGreaterThan(1);
  }, 180_000);

  it('does not from an orthogonal one that a mask has cut: its gradients have vanished', async () => {
    const { losses, gradientNorms } = await lossesOf(
      trialText('table1-mlp-small', { 'sparsity.init': 'base' }, narrow(5)),
    );
    for (const loss of losses) expect(Math.abs(loss - chance)).toBeLessThan(0.02);
    // What is left is that of the last layers.
    expect(Math.max(...gradientNorms)).toBeLessThan(0.5);
  }, 180_000);
});
