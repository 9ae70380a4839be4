import { beforeEach, describe, expect, it, vi } from 'vitest';

const window = vi.hoisted(() => {
  const informed: string[] = [];
  const asked: { label: string; picked?: boolean }[][] = [];
  /** What the person picks of the list. */
  const picks: { choose: (labels: string[]) => string[] | undefined } = { choose: () => undefined };
  return { informed, asked, picks };
});

vi.mock('vscode', async () => ({
  ...(await import('./vscode-double')).vscodeDouble,
  window: {
    showInformationMessage: (message: string) => {
      window.informed.push(message);
      return Promise.resolve();
    },
    showQuickPick: (items: { label: string; picked?: boolean }[]) => {
      window.asked.push(items);
      const chosen = window.picks.choose(items.map(({ label }) => label));
      return Promise.resolve(chosen && items.filter(({ label }) => chosen.includes(label)));
    },
  },
}));

import { compareRuns } from '../../../src/host/commands/compare-runs-command';
import type { RunEntry } from '../../../src/host/run-store';
import type { SweepEntry, TrialEntry } from '../../../src/host/sweep-store';
import type { Services } from '../../../src/host/services';
import { parseCompareRunsState } from '../../../src/host/views/compare-runs-state';
import { mostComparedRuns } from '../../../src/protocol/compare-runs';
import { sampleRecord } from '../runs/samples';

const entry = (id: string, readable = true): RunEntry => ({
  id,
  directory: `/runs/${id}`,
  ...(readable && { record: sampleRecord(id, { state: 'completed' }) }),
  step: 0,
  best: undefined,
});
const reference = (id: string): { directory: string } => ({ directory: `/runs/${id}` });

let shown: string[][];
const trial = (id: string, state: TrialEntry['state']): TrialEntry => ({
  kind: 'trial',
  id,
  directory: `/sweeps/s-1/trials/${id}`,
  sweep: '/sweeps/s-1',
  title: `seed ${id}`,
  state,
  step: 1,
  totalSteps: 1,
  accuracy: undefined,
  problem: undefined,
});
const trials = [trial('0001', 'completed'), trial('0002', 'training'), trial('0003', 'waiting')];
const sweep = { kind: 'sweep', id: 's-1', directory: '/sweeps/s-1', trials } as unknown as SweepEntry;
const services = (entries: RunEntry[]): Pick<Services, 'store' | 'sweeps' | 'report' | 'runComparisons'> =>
  ({
    store: { loaded: true, list: () => entries },
    sweeps: {
      get: (directory: string) => (directory === sweep.directory ? sweep : undefined),
      trial: (directory: string) => trials.find((each) => each.directory === directory),
    },
    report: (error: unknown) => {
      throw error;
    },
    runComparisons: { show: (directories: string[]) => shown.push(directories) },
  }) as unknown as Services;

beforeEach(() => {
  shown = [];
  window.informed.length = window.asked.length = 0;
  window.picks.choose = () => undefined;
});

describe('Compare Runs', () => {
  const all = [entry('a-1'), entry('a-2'), entry('a-3'), entry('torn-4', false)];

  it('takes what is selected in the tree, without a question', async () => {
    await compareRuns(services(all), reference('a-1'), [reference('a-1'), reference('a-3')]);
    expect(shown).toEqual([['/runs/a-1', '/runs/a-3']]);
    expect(window.asked).toEqual([]);
  });

  it('asks otherwise, with the clicked run picked already and unreadable ones left out', async () => {
    window.picks.choose = (labels) => labels.slice(0, 2);
    await compareRuns(services(all), reference('a-2'), [reference('a-2')]);
    expect(window.asked[0].map(({ label, picked }) => [label, picked])).toEqual([
      ['a · run 1', false],
      ['a · run 2', true],
      ['a · run 3', false],
    ]);
    expect(shown).toEqual([['/runs/a-1', '/runs/a-2']]);
  });

  it('shows nothing when the choice is left, and says why one run is too few', async () => {
    await compareRuns(services(all));
    window.picks.choose = (labels) => labels.slice(0, 1);
    await compareRuns(services(all));
    expect(shown).toEqual([]);
    expect(window.informed).toEqual([expect.stringContaining('Choose two or more')]);
  });

  it('says that there is no run yet, without a list', async () => {
    await compareRuns(services([]));
    expect(window.asked).toEqual([]);
    expect(window.informed).toHaveLength(1);
  });

  it('offers the others of a sweep with a trial, and takes all of a sweep that is selected but those that wait', async () => {
    await compareRuns(services(all), trials[1], [trials[1]]);
    expect(window.asked[0].map(({ label, picked }) => [label, picked]).slice(0, 3)).toEqual([
      ['seed 0001', false],
      ['seed 0002', true],
      ['a · run 1', false],
    ]);
    await compareRuns(services(all), sweep);
    expect(window.asked[1].map(({ picked }) => picked)).toEqual([true, true, false, false, false]);
    await compareRuns(services(all), sweep, [sweep, trials[0], reference('a-1')]);
    expect(shown).toEqual([['/sweeps/s-1/trials/0001', '/sweeps/s-1/trials/0002', '/runs/a-1']]);
  });

  it('refuses more runs than can be told apart', async () => {
    const many = Array.from({ length: mostComparedRuns + 1 }, (_, i) => reference(`a-${i}`));
    await expect(compareRuns(services(all), many[0], many)).rejects.toMatchObject({ code: 'host.too-many-runs' });
    await compareRuns(services(all), many[0], many.slice(1));
    expect(shown).toHaveLength(1);
  });
});

describe('what the page of compared runs kept', () => {
  it('is taken when it names runs, each once', () => {
    const state = { directories: ['/runs/a-1', '/runs/a-2'] };
    expect(parseCompareRunsState({ ...state, prefs: {} })).toEqual(state);
    const many = Array.from({ length: mostComparedRuns + 1 }, (_, i) => `/runs/a-${i}`);
    for (const directories of [undefined, 'a', ['/a'], ['/a', 3], ['/a', ''], ['/a', '/a'], many])
      expect(parseCompareRunsState({ directories })).toBeUndefined();
    for (const bad of [undefined, null, 'x', {}]) expect(parseCompareRunsState(bad)).toBeUndefined();
  });
});
