import { describe, expect, it } from 'vitest';
import type { JacobianEvent, JacobianLayer } from '../../../src/protocol/run';
import { jacobianLayerTables, jacobianTable, layerData } from '../../../webview/views/spectrum/jacobian-charts';
import { jacobianNotes } from '../../../webview/views/spectrum/jacobian-words';

const layer = (index: number, min: number, meanSquare: number, meanField?: number): JacobianLayer => ({
  layer: `fc${index}`,
  index,
  summary: { min, mean: Math.sqrt(meanSquare), max: 2 * Math.sqrt(meanSquare), dead: min === 0 ? 1 : 0 },
  meanSquare,
  ...(meanField !== undefined && { meanField }),
});

const jacobianNote = (event: JacobianEvent): string => jacobianNotes(event).join(' ');

describe('the Jacobian by layer', () => {
  it('is on a plain axis where sizes are alike, directions that are lost included', () => {
    expect(layerData([layer(1, 1, 1, 1), layer(68, 0, 0.25)])).toEqual({
      log: false,
      columns: [
        [1, 68],
        [1, 0],
        [1, 0.5],
        [1, null],
        [2, 1],
      ],
    });
  });

  it('is on a logarithmic one where they are not, which has no place for 0 and what rounding leaves of it', () => {
    const { log, columns } = layerData([layer(1, 0.5, 1, 1), layer(2, 1e-19, 1e-4), layer(3, 0, 1e-8, Infinity)]);
    expect(log).toBe(true);
    expect(columns[1]).toEqual([0.5, null, null]);
    expect(columns[2]).toEqual([1, 0.01, 1e-4]);
    expect(columns[3]).toEqual([1, null, null]);
  });

  it('is nothing of no layers', () => expect(layerData([])).toEqual({ log: false, columns: [[], [], [], [], []] }));
});

describe('what is told of a Jacobian', () => {
  const event: JacobianEvent = {
    type: 'jacobian',
    at: 0,
    step: 0,
    samples: 4,
    summary: { min: 1, mean: 2, max: 3, dead: 0 },
    values: [3, 1],
  };

  it('is why there is no theory, and nothing of depth, where there are none', () => {
    const note = jacobianNote(event);
    expect(note).toMatch(
      /^Jacobian at initialisation, over 4 examples: min 1\.00 · mean 2\.00 · max 3\.00 · variance 1\.00 · rms 2\.24\. No mean field of the logits: [^.]*\. It ends at a residual, norm, [^.]*\.$/,
    );
    expect(jacobianLayerTables(event)).toEqual([]);
    expect(jacobianLayerTables(undefined)).toEqual([]);
  });

  it('has both where they are recorded', async () => {
    const full = { ...event, meanField: 4, depth: { samples: 1, layers: [layer(1, 1, 1)] } };
    expect(jacobianNote(full)).not.toContain('No mean field');
    expect(jacobianNote(full)).toMatch(/rms 2\.24\. Mean field, .*: rms 2\.00\. By layer: over 1 example\.$/);
    const rows = async (table: ReturnType<typeof jacobianTable>) =>
      await table.rows(0, 9, new AbortController().signal);
    expect((await rows(jacobianTable([event, full]))).map((row) => row.at(-1))).toEqual(['', 2]);
    expect(await rows(jacobianLayerTables(full)[0])).toEqual([['fc1', 1, 1, 2, 0, 1, '', 'exactly']]);
  });

  it('says what is estimated, and why layers are missing', () => {
    const guessed: JacobianLayer = {
      ...layer(2, 1, 1),
      summary: { min: 1, mean: 1, max: 1, dead: null },
      estimated: true,
    };
    const depth = { samples: 2, steps: 12, layers: [guessed] };
    expect(jacobianNote({ ...event, depth })).toMatch(
      /By layer: over 2 examples, estimated by 12 steps of bidiagonalisation: there the largest is at least, and the smallest at most, what is shown\.$/,
    );
    expect(jacobianNote({ ...event, depth: { ...depth, layers: [guessed, layer(3, 1, 1)] } })).toContain(
      '1 of 2 layers estimated',
    );
    expect(jacobianLayerTables({ ...event, depth })[0].length).toBe(1);
    expect(jacobianNote({ ...event, depthNote: 'too-long' })).toMatch(
      /Not by layer: even three layers.*`probes\.jacobian\.budget`/,
    );
    expect(jacobianNote({ ...event, depth, depthNote: 'fewer-layers' })).toMatch(
      /By layer: over 2 examples, .* shown\. Fewer layers than asked for, .*`probes\.jacobian\.budget`/,
    );
    expect(jacobianNote({ ...event, depthNote: 'not-asked' })).toMatch(/`probes\.jacobian\.depths` is 0/);
    const broken = jacobianNote({ ...event, depth: { ...depth, layers: [] }, depthNote: 'not-finite' });
    expect(broken).not.toContain('By layer');
    expect(broken).toMatch(/larger than any number/);
  });
});
