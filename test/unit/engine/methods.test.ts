/** Every method of pruning, initialising and training with masks, through a whole run of a small network. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFile } from '../../../src/formats/byte-source';
import { unpackMask } from '../../../src/formats/packed-masks';
import type { SafetensorsFile } from '../../../src/formats/safetensors';
import { openSafetensors } from '../../../src/formats/safetensors';
import type { ComparedMethod, CompareMethod } from '../../../src/protocol/compare';
import { RpcCancelled, type CallContext } from '../../../src/protocol/rpc';
import type { MaskEvent } from '../../../src/protocol/run';
import { RunFolder } from '../../../src/runs/folder';
import { readJournal } from '../../../src/runs/journal';
import type { Change } from './project';
import { context, finalCheckpoint, outcome, Project, recordOf, TestEngine, totalSteps } from './project';

let project: Project;
let engine: TestEngine;
beforeAll(async () => {
  project = await Project.create();
  engine = await TestEngine.greeted();
});
afterAll(() => project.remove());

const layers = ['fc1', 'fc2', 'fc3'];
const shapes: [number, number][] = [
  [12, 784],
  [12, 12],
  [10, 12],
];
const weights = 784 * 12 + 12 * 12 + 12 * 10;
const source = (change: Change) => project.start(change);

const open = async (...path: string[]): Promise<SafetensorsFile> => openSafetensors(await openFile(join(...path)));

const masksOf = async (...path: string[]): Promise<Uint8Array[]> => {
  const file = await open(...path);
  try {
    const read = async (name: string): Promise<Uint8Array> => {
      const entry = file.get(`layers.${name}.mask`)!;
      return Uint8Array.from(await file.readBytes(entry, 0, entry.shape[0] * entry.shape[1]));
    };
    return await Promise.all(layers.map(read));
  } finally {
    await file.close();
  }
};

const ones = (masks: readonly Uint8Array[]): number => masks.flatMap((mask) => [...mask]).filter(Boolean).length;

const maskEvents = async (directory: string): Promise<MaskEvent[]> =>
  (await readJournal(new RunFolder(directory).journalFile)).filter(
    (event): event is MaskEvent => event.type === 'masks',
  );

const packedOf = async (directory: string, step: number): Promise<Uint8Array[]> => {
  const file = await open(directory, `masks/step-${String(step).padStart(6, '0')}.safetensors`);
  try {
    expect(file.metadata['step']).toBe(String(step));
    return await Promise.all(
      layers.map(async (name, l) => (await unpackMask(file, file.need(`layers.${name}.bits`), shapes[l])).toBytes()),
    );
  } finally {
    await file.close();
  }
};

/** The masks that the recorded changes lead to from the initial ones; those packed beside them are the same. */
async function replayed(directory: string): Promise<Uint8Array[]> {
  const masks = await masksOf(directory, 'init.safetensors');
  expect(await packedOf(directory, 0)).toEqual(masks);
  for (const { file, step } of await maskEvents(directory)) {
    const changes = await open(directory, file);
    for (const [l, name] of layers.entries())
      for (const [kind, bit] of [
        ['drop', 0],
        ['grow', 1],
      ] as const) {
        for (const place of await changes.readFloat64(changes.get(`layers.${name}.${kind}`)!)) {
          expect(masks[l][place]).toBe(1 - bit);
          masks[l][place] = bit;
        }
      }
    await changes.close();
    expect(await packedOf(directory, step)).toEqual(masks);
  }
  return masks;
}

it('prunes by scores within each layer where every layer has a density of its own', async () => {
  const change: Change = { init: 'base', distribution: 'magnitude', sparsity: "layers: { '*': 0.25 }", density: 0.25 };
  const { directory } = await engine.run(source(change));
  const masks = await masksOf(directory, 'init.safetensors');
  expect(masks.map((mask) => ones([mask]))).toEqual(masks.map(({ length }) => Math.round(length / 4)));
});

it.each([
  ['random', 0.05],
  ['random', 0.03],
] as const)(
  'refuses a density at which scores by %s leave a layer too few weights to turn, with the smallest that does not',
  async (distribution, tooLow) => {
    const at = async (density: number) => {
      const { directory } = await engine.run(source({ init: 'eoi', distribution, density, epochs: 1 }));
      return (await recordOf(directory)).error;
    };
    const refused = await at(tooLow);
    expect(refused?.code).toBe('engine.scored-layer-too-sparse');
    const nearest = Number(/a density of at least ([\d.]+)/.exec(refused!.message)![1]);
    expect(await at(nearest)).toBeUndefined();
    expect((await at(nearest * 0.98))?.code).toBe('engine.scored-layer-too-sparse');
  },
);

describe.each(['random', 'magnitude', 'snip', 'grasp', 'synflow'])('pruned by %s', (distribution) => {
  it('keeps the count over the network exactly, no empty layer, and the same weights each time', async () => {
    const change: Change = { init: 'base', distribution };
    const output = join(project.root, `${distribution}.safetensors`);
    const { layers: told } = await engine.api.prune({ ...source(change), output }, context());
    const masks = await masksOf(output);
    expect(ones(masks)).toBe(Math.round(0.3 * weights));
    expect(masks.map((mask) => ones([mask]))).toEqual(told.map(({ nonZeros }) => nonZeros));
    expect(Math.min(...told.map(({ nonZeros }) => nonZeros))).toBeGreaterThan(0);
    const { directory } = await engine.run(source(change));
    expect(await masksOf(directory, 'init.safetensors')).toEqual(masks);
    expect((await recordOf(directory)).state).toBe('completed');
  });

  it('gives EOI its densities, not its places', async () => {
    const { layers: pruned } = await engine.api.prune(
      { ...source({ init: 'base', distribution }), output: join(project.root, 'p.safetensors') },
      context(),
    );
    const { layers: drawn } = await engine.api.initialise(source({ init: 'eoi', distribution }), context());
    drawn.forEach((layer, l) => {
      expect(layer.targetDensity).toBe(pruned[l].density);
      // A rotation changes at most two columns, or rows, of the shorter side.
      expect(Math.abs(layer.density - layer.targetDensity)).toBeLessThanOrEqual(1 / Math.max(...layer.shape) + 1e-9);
    });
  });
});

it('keeps a density of its own where scores decide the others', async () => {
  const change: Change = { init: 'base', distribution: 'snip', sparsity: 'layers: { fc3: 1 }' };
  const { layers: drawn } = await engine.api.initialise(source(change), context());
  expect(drawn[2]).toMatchObject({ density: 1, nonZeros: 120 });
  expect(drawn.reduce((sum, { nonZeros }) => sum + nonZeros, 0)).toBe(Math.round(0.3 * weights));
});

describe.each(['set', 'rigl'])('%s', (method) => {
  const change: Change = { sparsity: `update: { method: ${method}, every: 2, dropFraction: 0.4, until: 0.9 }` };

  it('keeps every count, records what it drops and grows, and ends with those masks', async () => {
    const { directory } = await engine.run(source(change));
    const before = (await masksOf(directory, 'init.safetensors')).map((mask) => ones([mask]));
    const events = await maskEvents(directory);
    // At 16, the last step of the schedule, nothing would be dropped.
    expect(events.map(({ step }) => step)).toEqual([2, 4, 6, 8, 10, 12, 14]);
    for (const { layers: changes } of events)
      changes.forEach(({ dropped, grown, kept }, l) => expect([grown, kept]).toEqual([dropped, before[l]]));
    expect(events[0].layers[0].dropped).toBeGreaterThan(100);
    const [first, last] = [await masksOf(directory, 'init.safetensors'), await replayed(directory)];
    expect(events.at(-1)!.layers.map(({ initial }) => initial)).toEqual(
      first.map((mask, l) => ({ kept: before[l], shared: ones([mask.map((kept, i) => kept & last[l][i])]) })),
    );
    expect(await masksOf(directory, 'checkpoints/step-000018.safetensors')).toEqual(await replayed(directory));
  });

  it('goes on after a cancel to the same bytes', async () => {
    const straight = await engine.run(source(change));
    const { directory } = await engine.runUntil(source(change), (event) => event.type === 'step' && event.step === 7);
    await engine.resume(directory);
    expect((await finalCheckpoint(directory)).equals(await finalCheckpoint(straight.directory))).toBe(true);
    expect(await outcome(directory)).toEqual(await outcome(straight.directory));
  });
});

describe('pruning while training', () => {
  it.each([
    ['gradual-magnitude', 'update: { method: gradual-magnitude, every: 5, until: 0.75 }', [5, 10, 14]],
    ['one-shot', 'update: { method: one-shot, until: 0.5 }', [9]],
  ])('%s begins dense and ends at the density exactly', async (_, sparsity, steps) => {
    const { directory } = await engine.run(source({ init: 'base', sparsity }));
    expect(ones(await masksOf(directory, 'init.safetensors'))).toBe(weights);
    const events = await maskEvents(directory);
    expect(events.map(({ step }) => step)).toEqual(steps);
    const last = await masksOf(directory, 'checkpoints/step-000018.safetensors');
    expect(ones(last)).toBe(Math.round(0.3 * weights));
    expect(last).toEqual(await replayed(directory));
  });
});

describe('lottery tickets', () => {
  /** The checkpoint after the last level. */
  const lastOf = (directory: string): Promise<Buffer> =>
    readFile(join(directory, `checkpoints/step-0000${3 * totalSteps - 8}.safetensors`));
  const change: Change = { init: 'base', train: 'rewind: { levels: 2, step: 4, fraction: 0.2 }' };

  it('prunes a fifth of what is left at each level and goes back to the weights of the step', async () => {
    const { directory } = await engine.run(source(change));
    const record = await recordOf(directory);
    // Two levels more, each shorter by the four steps it does not train again.
    expect(record.totalSteps).toBe(totalSteps + 2 * (totalSteps - 4));
    expect(record.distribution).toBe('uniform');
    const { laterTarget } = record;
    expect(laterTarget).toMatchObject({ method: 'rewind', step: 2 * totalSteps - 4 });
    expect(laterTarget!.density).toBeCloseTo(0.3 * 0.8 * 0.8, 12);
    const events = await maskEvents(directory);
    expect(events.map(({ step }) => step)).toEqual([totalSteps, 2 * totalSteps - 4]);
    const start = Math.round(0.3 * weights);
    const first = start - Math.ceil(0.2 * start);
    const kept = events.map(({ layers: changes }) => changes.reduce((sum, layer) => sum + layer.kept, 0));
    expect(kept).toEqual([first, first - Math.ceil(0.2 * first)]);
    // What it goes back to is what step 4 ended with.
    const [rewound, checkpoint] = await Promise.all(
      ['rewind.safetensors', 'checkpoints/step-000004.safetensors'].map(async (name) => {
        const file = await open(directory, name);
        const values = await file.readFloat32(file.get('layers.fc2.weight')!);
        await file.close();
        return values;
      }),
    );
    expect(rewound).toEqual(checkpoint);
  });

  it.each([2, 11, totalSteps, totalSteps + 3, 2 * totalSteps - 4])(
    'goes on after a cancel at step %i to the same bytes',
    async (at) => {
      const straight = await engine.run(source(change));
      const { directory } = await engine.runUntil(
        source(change),
        (event) => event.type === 'step' && event.step === at,
      );
      await engine.resume(directory);
      expect((await lastOf(directory)).equals(await lastOf(straight.directory))).toBe(true);
      expect(await outcome(directory)).toEqual(await outcome(straight.directory));
    },
  );
});

describe('compared initialisations', () => {
  const methods: CompareMethod[] = [
    { distribution: 'uniform', init: 'base' },
    { distribution: 'erk', init: 'ai' },
    { distribution: 'uniform', init: 'sao' },
    { distribution: 'uniform', init: 'eoi' },
    { distribution: 'magnitude', init: 'eoi' },
  ];

  it('stand side by side, those that cannot be with their sentence', async () => {
    const { methods: compared } = await engine.api.compareInitialisations(
      { ...source({ init: 'base', density: 0.02 }), methods },
      context(),
    );
    const [base, ai, sao, eoi] = compared;
    expect(base.layers.map(({ nonZeros }) => nonZeros)).toEqual([188, 3, 2]);
    expect(sao.layers.every(({ orthogonalityError }) => orthogonalityError < 1e-6)).toBe(true);
    const worst = (method: typeof ai): number => Math.max(...method.layers.map((layer) => layer.orthogonalityError));
    expect(worst(sao)).toBeLessThan(worst(base));
    expect(compared.map(({ error }) => error?.code)).toEqual([
      undefined,
      undefined,
      undefined,
      'config.impossible',
      undefined,
    ]);
    expect(eoi.error?.message).toMatch(/nearest possible density/);
    expect(base.jacobian?.max).toBeGreaterThanOrEqual(base.jacobian?.min ?? NaN);
    for (const { values, shape } of ai.layers) expect(values.length).toBe(Math.min(...shape));
  });

  it('differ by their dense initialisation, its fan and the pattern of the config too', async () => {
    const base = { distribution: 'uniform', init: 'base' } as const;
    const eoi = { distribution: 'uniform', init: 'eoi' } as const;
    const asked: CompareMethod[] = [
      base,
      { ...base, base: 'lecun-normal' },
      { ...base, base: 'lecun-normal', fan: 'sparse' },
      eoi,
      { ...eoi, guided: false },
      { ...eoi, guided: true },
    ];
    const compare = async (sparsity: string): Promise<ComparedMethod[]> => {
      const params = { ...source({ init: 'base', density: 0.3, sparsity }), methods: asked };
      return (await engine.api.compareInitialisations(params, context())).methods;
    };
    const patterned = await compare('eoi: { pattern: { nm: [1, 2] } }');
    expect(patterned.map(({ error }) => error)).toEqual(asked.map(() => undefined));
    const [own, lecun, sparseFan, configured, plain, guided] = patterned.map(({ layers }) => layers);
    // The same weights are kept; only their sizes differ, by 1 / sqrt of the density on average.
    expect([lecun, sparseFan].map((layers) => layers.map((layer) => layer.nonZeros))).toEqual(
      [own, own].map((layers) => layers.map((layer) => layer.nonZeros)),
    );
    const ratio = sparseFan[0].singularValues.mean / lecun[0].singularValues.mean;
    expect(ratio).toBeCloseTo(Math.sqrt(1 / 0.3), 1);
    expect(own[0].values).not.toEqual(lecun[0].values);
    expect(configured).toEqual(guided);
    expect(guided.map(({ targetDensity }) => targetDensity)).toEqual([0.5, 0.5, 0.5]);
    for (const { targetDensity } of plain) expect(targetDensity).toBeCloseTo(0.3, 2);
    const without = await compare('');
    expect(without.map(({ error }) => error?.code)).toEqual([
      ...asked.slice(1).map(() => undefined),
      'engine.no-pattern',
    ]);
    expect(without[5].error?.message).toContain('has no sparsity.eoi.pattern');
    expect(without[3].layers).toEqual(plain);
  });

  it('answer, cancelled, with those drawn until then and the names of the others', async () => {
    const cancelAt = (done: number): CallContext => {
      const controller = new AbortController();
      const progress = (value: { done: number }): void => {
        if (value.done === done) controller.abort();
      };
      return { signal: controller.signal, progress };
    };
    const params = { ...source({ init: 'base', density: 0.02 }), methods };
    const comparison = await engine.api.compareInitialisations(params, cancelAt(2));
    expect(comparison.methods.map(({ init, distribution }) => ({ init, distribution }))).toEqual(methods.slice(0, 2));
    expect(comparison.notDrawn).toEqual(methods.slice(2));
    await expect(engine.api.compareInitialisations(params, cancelAt(0))).rejects.toBeInstanceOf(RpcCancelled);
  });
});
