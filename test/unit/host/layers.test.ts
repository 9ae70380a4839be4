import { describe, expect, it, vi } from 'vitest';

vi.mock('vscode', async () => (await import('./vscode-double')).vscodeDouble);

import { checkConfig } from '../../../src/config/check';
import { exampleConfig } from '../../../src/host/example-config';
import { expectedRotations } from '../../../src/core/expected-density';
import { runContext, runDescription } from '../../../src/host/trees/run-row';
import { actualRow, plannedRow } from '../../../src/host/trees/layers';
import type { Config } from '../../../src/config/types';
import type { LayerSummary, RunRecord, SpectrumSummary } from '../../../src/protocol/run';

const example = checkConfig(exampleConfig, 'yaml').config!;
/** The example's config at density 0.05, with other keys of `sparsity` and `train`. */
const configOf = (sparsity: Partial<Config['sparsity']>, train: Partial<Config['train']> = {}): Config => ({
  ...example,
  sparsity: { ...example.sparsity, density: 0.05, ...sparsity },
  train: { ...example.train, ...train },
});
const oneShot = configOf({ update: { ...example.sparsity.update, method: 'one-shot', until: 0.75 } });

const layer = (singularValues: SpectrumSummary): LayerSummary => ({
  name: 'fc1',
  shape: [100, 784],
  targetDensity: 0.073,
  density: 0.07311,
  nonZeros: 5_732,
  init: 'eoi',
  rotations: 641,
  orthogonalityError: 2.4e-7,
  singularValues,
});

describe('rows of the Layers view', () => {
  it('says shape, density and isometry of a layer that is there', () => {
    const row = actualRow(layer({ min: 1 - 1e-7, mean: 1, max: 1 + 1e-7, dead: 0 }));
    expect(row).toMatchObject({
      name: 'fc1',
      description: '100 × 784 · 0.073 · isometric',
      isometry: 'isometric',
    });
    expect(new Map(row.facts).get('non-zeros')).toBe('5732 / 78400');
    expect(new Map(row.facts).get('max|WWᵀ-I|')).toBe('2.4e-7');
  });

  it('shows a badge that is not perfect with the numbers behind it', () => {
    const row = actualRow(layer({ min: 0.75, mean: 1, max: 1.46, dead: 0 }));
    expect(row).toMatchObject({
      description: '100 × 784 · 0.073 · not isometric (σ 0.75-1.46)',
      isometry: 'broken',
    });
  });

  it('says how many random rotations were to be expected, of all groups together', () => {
    const spectrum = { min: 1, mean: 1, max: 1, dead: 0 };
    const rotations = (change: Partial<LayerSummary>) =>
      new Map(actualRow({ ...layer(spectrum), ...change }).facts).get('Givens rotations');
    const expected = expectedRotations(784, 0.073);
    expect(rotations({})).toBe(`641; ${expected} to be expected`);
    const grouped: Partial<LayerSummary> = { shape: [64, 288], kernel: [3, 3], groups: 2, targetDensity: 0.1 };
    expect(rotations({ ...grouped, details: { centreDensity: 0.3 } })).toBe(
      `641; ${2 * expectedRotations(32, 0.3)} to be expected`,
    );
    expect(rotations({ details: { overlap: 0.9 } })).toBe('641');
    expect(rotations({ targetDensity: 1 })).toBe('641');
  });

  it('tells what the search for a pattern came to, and of no other method a word', () => {
    const plain = layer({ min: 1, mean: 1, max: 1, dead: 0 });
    const details = { overlap: 0.91, centreOverlap: 0.742, unmatched: 3, evaluations: 120_000, seconds: 0.25 };
    const rows = actualRow({ ...plain, rotations: 0, details }).facts;
    expect(rows.filter((fact) => !actualRow(plain).facts.some(([name]) => name === fact[0]))).toEqual([
      ['intersection over union with the pattern', '0.91'],
      ['the same at the centre of the kernel', '0.742'],
      ['entries without a wanted place', '3'],
      ['pairs of axes looked at', '120000'],
      ['time of the search', '0.25 s'],
    ]);
    expect(actualRow(plain).facts.map(([name]) => name)).toEqual([
      'shape (out × in)',
      'density',
      'target density',
      'non-zeros',
      'initialisation',
      'Givens rotations',
      'max|WWᵀ-I|',
      'singular values (min / mean / max)',
      'isometry',
    ]);
  });

  it('warns of a descent of ai that ended further from an isometry than it began', () => {
    const plain = layer({ min: 0.5, mean: 1, max: 2, dead: 0 });
    const details = { unrepairable: 2, initialResidual: 1.5, residual: 12 };
    const row = actualRow({ ...plain, rotations: 0, init: 'ai', details });
    expect(row.description).toBe('100 × 784 · 0.073 · not isometric (σ 0.5-2) · residual rose');
    const facts = new Map(row.facts);
    expect([facts.get('||WWᵀ-σ²I|| before'), facts.get('||WWᵀ-σ²I|| left')]).toEqual(['1.5e+0', '1.2e+1']);
    expect(facts.get('warning')).toMatch(/rose from 1\.5 to 12: .*sparsity\.ai\.learningRate/);
    const settled = actualRow({ ...plain, init: 'ai', details: { ...details, residual: 0.1 } });
    expect(settled.description).not.toContain('rose');
    expect(settled.facts.map(([name]) => name)).not.toContain('warning');
  });

  it('follows the masks, and tells their last change', () => {
    const spectrum = { min: 1, mean: 1, max: 1, dead: 0 };
    const change = { layer: 'fc1', dropped: 120, grown: 20, kept: 5_632, dropThreshold: 0.1, growThreshold: null };
    const { description, facts } = actualRow(layer(spectrum), { masks: { step: 32, method: 'set', layers: [change] } });
    expect(description).toBe('100 × 784 · 0.072 · isometric');
    const by = new Map(facts);
    expect(by.get('non-zeros')).toBe('5632 / 78400');
    expect(by.get('density')).toBe(String(5_632 / 78_400));
    expect(by.get('last change of the mask')).toBe('set at step 32: 120 dropped, 20 grown; 0.07311 at first');
    // Another layer's change is none of this one's.
    const other = { step: 32, method: 'set' as const, layers: [{ ...change, layer: 'fc2' }] };
    expect(actualRow(layer(spectrum), { masks: other })).toEqual(actualRow(layer(spectrum)));
  });

  it('says what gave a layer of a run its density, if anything shared it out', () => {
    const eoi = layer({ min: 1, mean: 1, max: 1, dead: 0 });
    const by = (distribution?: 'snip' | 'erk'): unknown =>
      actualRow(eoi, { distribution }).facts.find(([name]) => name === 'density by')?.[1];
    expect([by('snip'), by('erk'), by()]).toEqual(['snip scores', 'erk', undefined]);
    expect(actualRow({ ...eoi, dense: true }, { distribution: 'erk' }).facts.map(([name]) => name)).not.toContain(
      'density by',
    );
  });

  it('says what weights that are all there at first are pruned to, and when', () => {
    const spectrum = { min: 0.5, mean: 1, max: 2, dead: 0 };
    const dense = { ...layer(spectrum), targetDensity: 1, density: 1, nonZeros: 78_400, init: 'base' as const };
    const later = { density: 0.05, method: 'gradual-magnitude', step: 75 };
    const row = actualRow(dense, { later });
    expect(row.description).toBe('100 × 784 · 1.000 · later 0.05 of all · not isometric (σ 0.5-2)');
    expect(new Map(row.facts).get('target density')).toBe(
      '1 at first; 0.05 of all maskable weights later, at step 75 (gradual-magnitude)',
    );
    const change = { layer: 'fc1', dropped: 9, grown: 0, kept: 7_840, dropThreshold: 0.1, growThreshold: 0 };
    const at = (step: number): string =>
      actualRow(dense, { later, masks: { step, method: 'gradual-magnitude', layers: [change] } }).description;
    expect(at(50)).toMatch(/ · 0\.100 · later 0\.05 of all · /);
    // There it is what it is.
    expect(at(75)).toMatch(/ · 0\.100 · not isometric/);

    const plan = {
      ...{ name: 'fc1', rows: 100, columns: 784, weights: 78_400, biases: 100, minimumDensity: 1 / 784 },
      ...{ targetDensity: 1, targetNonZeros: 78_400, path: 'model.preset' },
    };
    const planned = plannedRow(plan, oneShot);
    expect(planned.description).toBe('100 × 784 · 1.000 · later 0.05 of all');
    expect(new Map(planned.facts).get('target density')).toBe(
      '1 at first; 0.05 of all maskable weights later, after 75% of the updates (one-shot)',
    );
    const never = plannedRow({ ...plan, dense: true }, oneShot);
    expect(never.description).toBe('100 × 784 · 1.000');
  });

  it('says what gave the density, and what lottery tickets come to', () => {
    const plan = {
      ...{ name: 'fc1', rows: 100, columns: 784, weights: 78_400, biases: 100, minimumDensity: 1 / 784 },
      ...{ targetDensity: 0.05, targetNonZeros: 3_920, path: 'model.preset' },
    };
    const by = (config: Config) => new Map(plannedRow(plan, config).facts).get('density by');
    expect(by(configOf({ distribution: 'snip' }))).toBe('snip scores');
    expect(by(configOf({ distribution: 'erk' }))).toBe('erk');
    expect(by(oneShot)).toBeUndefined();
    const tickets = configOf({}, { rewind: { ...example.train.rewind, levels: 2, fraction: 0.2 } });
    const row = plannedRow(plan, tickets);
    expect(row.description).toBe('100 × 784 · 0.050 · later 0.032 of all');
    expect(new Map(row.facts).get('lottery tickets')).toBe('0.032 of all maskable weights after 2 levels');
    const dense = plannedRow({ ...plan, dense: true }, tickets);
    expect([dense.description, new Map(dense.facts).get('density by')]).toEqual(['100 × 784 · 0.050', undefined]);
  });

  it('plans without a claim about isometry', () => {
    const row = plannedRow({
      name: 'fc1',
      rows: 100,
      columns: 784,
      weights: 78_400,
      biases: 100,
      targetDensity: 0.0731,
      targetNonZeros: 5_731,
      minimumDensity: 1 / 784,
      path: 'model.preset',
    });
    expect(row).toMatchObject({ description: '100 × 784 · 0.073', isometry: undefined });
    expect(new Map(row.facts).get('non-zeros')).toBe('5731 / 78400');
  });
});

describe('what can be done with a run', () => {
  it.each([
    ['training', 'run.live'],
    ['interrupted', 'run.resumable'],
    ['cancelled', 'run.resumable'],
    ['failed', 'run.resumable'],
    ['completed', 'run.completed'],
  ] as const)('%s: %s', (state, context) => {
    const record = { state } as RunRecord;
    expect(runContext({ id: 'a-1', directory: '/a-1', record, step: 0, best: undefined })).toBe(context);
  });

  it('nothing but deleting when its record cannot be read', () => {
    const run = { id: 'a-1', directory: '/a-1', problem: 'torn', step: 0, best: undefined };
    expect(runContext(run)).toBe('run.unreadable');
  });
});

describe('description of a run', () => {
  const entry = (state: RunRecord['state'], best?: number): Parameters<typeof runDescription>[0] => ({
    id: 'a-1',
    directory: '/a-1',
    record: { state, totalSteps: 780 } as RunRecord,
    step: 412,
    best,
  });

  it.each([
    [entry('training'), 'training · step 412/780'],
    [entry('training', 0.9421), 'training · step 412/780 · 0.942 val'],
    [entry('completed', 0.9421), 'completed · 0.942 val'],
    [entry('interrupted'), 'interrupted · step 412/780'],
    [{ id: 'a-1', directory: '/a-1', problem: 'torn', step: 0, best: undefined }, 'cannot be read'],
  ])('%#', (run, text) => {
    expect(runDescription(run)).toBe(text);
  });
});
