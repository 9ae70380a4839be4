/** The desk behind the view of shared weights: what is kept of what was measured, and who shares what. */
import { describe, expect, it } from 'vitest';
import { locationsOf } from '../../../../src/core/rps/mapping';
import { normalisedScales, plainScales } from '../../../../src/core/rps/scales';
import { sharingOf } from '../../../../src/core/rps/sharing';
import type { CallContext } from '../../../../src/protocol/rpc';
import type {
  SharingEdit,
  SharingFinding,
  SharingReport,
  SharingTest,
  TestedPoint,
} from '../../../../src/protocol/sharing';
import { SharingDesk, type SharingEngine } from '../../../../src/runs/sharing/desk';
import { mappedOf } from '../../../../src/runs/sharing/mapped';
import { mergeReports } from '../../../../src/runs/sharing/merge';
import { SharedWeightPictures } from '../../../../src/runs/sharing/weights';

const layers = [
  { name: 'conv', rows: 4, columns: 27, kernel: [3, 3] as const, deviation: 0.3 },
  { name: 'fc', rows: 10, columns: 40, deviation: 0.1 },
];
const sharing = sharingOf(layers, { compression: 4, scope: 'global', spec: { kind: 'fold', seed: 5 } });
const context: CallContext = { signal: new AbortController().signal, progress: () => undefined };

const finding = (id: SharingFinding['id'], measure: string, more: Partial<SharingFinding> = {}): SharingFinding => ({
  ...{ id, measure, title: measure, value: 1, threshold: null, verdict: 'ok', sentence: '' },
  ...more,
});
const fix = { title: 'fold', edits: [{ path: 'sharing.mapping', value: 'fold' }] satisfies SharingEdit[] };
const base = {
  layers: [{ name: 'conv' }, { name: 'fc' }],
  findings: [finding('D1', 'largest-lambda'), finding('D2', 'unused', { fix })],
  tested: [],
} as unknown as SharingReport;
const sharp = {
  ...base,
  sharpness: { value: 9 },
  findings: [...base.findings, finding('D9', 'sharpness')],
} as unknown as SharingReport;
const batch = {
  ...base,
  layers: [{ name: 'conv', batch: { updateRatio: 0.1 } }, { name: 'fc' }],
  findings: [finding('D1', 'largest-lambda', { value: 2 }), finding('D6', 'update-ratio')],
} as unknown as SharingReport;
const tested = (initStd: number, steps: number): TestedPoint => ({
  ...{ initStd, learningRate: 0.1, steps, outcome: 'slow', firstLoss: 2, lastLoss: 2, predicted: 'safe' },
});

interface Asked {
  desk: SharingDesk;
  edits: SharingEdit[];
  trials: SharingTest[];
  /** Told when the engine is asked, before it answers. */
  during: { measuring?: () => void; text: string };
  /** Times the mapping was made, and the report. */
  made: { mapped: number; report: number };
  /** What stands in the editor, of which reports tell by `n`. */
  edited: { text: string; replaced: number };
}

function deskOf(plain = false): Asked {
  const asked: Omit<Asked, 'desk'> = {
    edits: [],
    trials: [],
    during: { text: '' },
    made: { mapped: 0, report: 0 },
    edited: { text: 'saved', replaced: 0 },
  };
  const scales = plain ? plainScales(sharing, 0.05) : normalisedScales(sharing);
  const ofNow = (report: SharingReport): SharingReport =>
    asked.edited.text === 'saved' ? report : { ...report, n: asked.edited.text.length };
  const engine: SharingEngine = {
    diagnose: ({ level }) => {
      asked.during.measuring?.();
      return Promise.resolve(ofNow(level === 'batch' ? batch : sharp));
    },
    test: (params) => {
      asked.during.measuring?.();
      asked.trials.push(params);
      return Promise.resolve(params.points.map(({ initStd }) => tested(initStd, params.steps)));
    },
  };
  const desk = new SharingDesk(
    {
      report: () => {
        asked.made.report++;
        return Promise.resolve(ofNow(base));
      },
      text: () => Promise.resolve(asked.edited.text),
      mapped: () => {
        // The first time it goes wrong.
        if (asked.made.mapped++ === 0) return Promise.reject(new Error('not yet'));
        return Promise.resolve(mappedOf(sharing, scales));
      },
      source: () => Promise.resolve({ configPath: '/a', configText: asked.during.text, root: '/' }),
      edit: (edits) => Promise.resolve(void asked.edits.push(...edits)),
    },
    engine,
    () => asked.edited.replaced++,
  );
  return { desk, ...asked };
}

describe('the desk of shared weights', () => {
  it('keeps what was measured and tested, whatever came first', async () => {
    const { desk, trials, made } = deskOf();
    expect(await desk.sharing({}, context)).toBe(base);
    await desk.testSharing({ points: [{ initStd: 1, learningRate: 0.1 }] }, context);
    await desk.measureSharing({ level: 'sharpness' }, context);
    const both = await desk.measureSharing({ level: 'batch' }, context);
    expect(both.sharpness?.value).toBe(9);
    expect(both.layers[0].batch?.updateRatio).toBe(0.1);
    expect(both.findings.map(({ id, value }) => [id, value])).toEqual([
      ['D1', 2],
      ['D2', 1],
      ['D6', 1],
      ['D9', 1],
    ]);
    expect(both.tested.map(({ initStd }) => initStd)).toEqual([1]);
    // The sharpness that is known is not measured again.
    await desk.testSharing({ points: [{ initStd: 2, learningRate: 0.1 }] }, context);
    expect(trials.map(({ sharpness }) => sharpness?.value)).toEqual([undefined, 9]);
    expect((await desk.sharing({}, context)).tested.map(({ initStd }) => initStd)).toEqual([1, 2]);
    expect(made.report).toBe(1);
    desk.forget();
    expect((await desk.sharing({}, context)).tested).toEqual([]);
  });

  it.each([true, false])(
    'drops what was measured of a config that has another text by now, saved: %s',
    async (saved) => {
      const { desk, during } = deskOf();
      const [changed, points] = [{ code: 'runs.changed-while-measured' }, [{ initStd: 1, learningRate: 0.1 }]];
      during.measuring = () => {
        during.text += 'x';
        if (saved) desk.forget();
      };
      await expect(desk.measureSharing({ level: 'sharpness' }, context)).rejects.toMatchObject(changed);
      await expect(desk.testSharing({ points }, context)).rejects.toMatchObject(changed);
      const now = await desk.sharing({}, context);
      expect(now.sharpness).toBeUndefined();
      expect(now.tested).toEqual([]);
      // Saved as it was it is the same config.
      during.measuring = () => desk.forget();
      expect((await desk.measureSharing({ level: 'sharpness' }, context)).sharpness?.value).toBe(9);
      expect((await desk.sharing({}, context)).sharpness?.value).toBe(9);
    },
  );

  it('takes what is measured of unsaved edits for theirs, not into the report of what was saved', async () => {
    const { desk, edited, made } = deskOf();
    await desk.sharing({}, context);
    await desk.measureSharing({ level: 'sharpness' }, context);
    await desk.mapped().catch(() => undefined);
    await desk.mapped();
    edited.text = 'edited';
    const measured = await desk.measureSharing({ level: 'batch' }, context);
    expect([measured.n, measured.layers[0].batch?.updateRatio, measured.sharpness]).toEqual([6, 0.1, undefined]);
    expect((await desk.sharing({}, context)).n).toBe(6);
    // Its sharers are those of the other mapping.
    await desk.mapped();
    expect(made.mapped).toBe(3);
    // And what is measured of the same text goes with it.
    expect((await desk.measureSharing({ level: 'sharpness' }, context)).layers[0].batch?.updateRatio).toBe(0.1);
  });

  it('asks for another picture where what was tested is of another text than what is shown', async () => {
    const { desk, edited } = deskOf();
    const points = [{ initStd: 1, learningRate: 0.1 }];
    await desk.sharing({}, context);
    await desk.testSharing({ points }, context);
    expect(edited.replaced).toBe(0);
    edited.text = 'edited';
    expect(await desk.testSharing({ points: [{ initStd: 2, learningRate: 0.1 }] }, context)).toHaveLength(1);
    expect(edited.replaced).toBe(1);
    const shown = await desk.sharing({}, context);
    expect([shown.n, shown.tested.map(({ initStd }) => initStd)]).toEqual([6, [2]]);
  });

  it('changes by a fix what it was shown with, whatever was typed since', async () => {
    const { desk, edited, edits } = deskOf();
    await desk.sharing({}, context);
    edited.text = 'edited';
    await desk.applySharingFix({ finding: 1 }, context);
    expect(edits).toEqual(fix.edits);
  });

  it('counts a place that is tested again once', () => {
    const merged = mergeReports(
      { ...base, tested: [tested(1, 50), tested(2, 50)] },
      { ...base, tested: [tested(1, 100)] },
    );
    expect(merged.tested.map(({ initStd, steps }) => [initStd, steps])).toEqual([
      [2, 50],
      [1, 100],
    ]);
  });

  it('asks for the edits of a finding, by its place, and refuses one without', async () => {
    const { desk, edits } = deskOf();
    await desk.applySharingFix({ finding: 1 }, context);
    expect(edits).toEqual(fix.edits);
    await expect(desk.applySharingFix({ finding: 0 }, context)).rejects.toMatchObject({ code: 'runs.no-such-finding' });
  });

  it('names the sharers of a location by the indices of their tensors, with their scales', async () => {
    const { desk } = deskOf(true);
    await expect(desk.sharers({ location: 3 }, context)).rejects.toThrow('not yet');
    const page = await desk.sharers({ location: 3 }, context);
    expect(page.total).toBe(4);
    expect(page.gamma).toBeCloseTo(
      page.sharers.reduce((sum, { scale }) => sum + scale ** 2, 0),
      12,
    );
    for (const { layer, at, scale } of page.sharers) {
      const l = layers.findIndex(({ name }) => name === layer);
      expect(scale).toBeCloseTo(layers[l].deviation / 0.05, 12);
      const [out, first, ...taps] = at;
      const index = l === 0 ? out * 27 + first * 9 + taps[0] * 3 + taps[1] : out * 40 + first;
      const places = new Int32Array(1);
      locationsOf(sharing, l, index, index + 1, places);
      expect(places[0]).toBe(3);
    }
  });

  it('has normalised scales whose squares sum to 1', async () => {
    const { desk } = deskOf();
    await desk.sharers({ location: 0 }, context).catch(() => undefined);
    expect((await desk.sharers({ location: 0 }, context)).gamma).toBeCloseTo(1, 12);
  });

  it('draws weights by whom they share with', async () => {
    const pictures = new SharedWeightPictures(
      () => Promise.resolve(sharing),
      ({ location }) => Promise.resolve({ location, total: 0, gamma: 0, sharers: [] }),
    );
    expect(await pictures.sharedLayers({}, context)).toEqual({ layers: ['conv', 'fc'], most: 4 });
    const whole = { rowStart: 0, rowEnd: 10, columnStart: 0, columnEnd: 40 };
    const byNumber = await pictures.sharingTile({ layer: 'fc', by: 'number', ...whole }, context);
    expect(new Set(byNumber.values)).toEqual(new Set([3]));
    const byLayer = await pictures.sharingTile({ layer: 'fc', by: 'layer', ...whole }, context);
    expect(new Set(byLayer.values)).toEqual(new Set([1, 2]));
    const places = new Int32Array(1);
    locationsOf(sharing, 1, 85, 86, places);
    expect((await pictures.sharersOfWeight({ layer: 'fc', index: 85 }, context)).location).toBe(places[0]);
    await expect(pictures.sharingTile({ layer: 'norm', by: 'layer', ...whole }, context)).rejects.toMatchObject({
      code: 'runs.unknown-layer',
    });
    pictures.dispose();
  });
});
