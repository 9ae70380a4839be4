import { beforeEach, describe, expect, it, vi } from 'vitest';

const seen = vi.hoisted(() => ({
  shown: [] as string[][],
  answer: undefined as string | undefined,
  commands: [] as unknown[][],
}));

vi.mock('vscode', async () => ({
  ...(await import('./vscode-double')).vscodeDouble,
  Disposable: { from: () => ({ dispose: () => undefined }) },
  commands: {
    executeCommand: (...call: unknown[]) => {
      seen.commands.push(call);
      return Promise.resolve();
    },
  },
  window: {
    showErrorMessage: (...words: string[]) => {
      seen.shown.push(words);
      return Promise.resolve(seen.answer);
    },
  },
}));

import { Emitter } from '../../../src/host/emitter';
import type { EngineExit } from '../../../src/host/engine-client';
import { registerNotices } from '../../../src/host/notices';
import type { Services } from '../../../src/host/services';

const report = vi.fn();
const died = new Emitter<EngineExit>(report);
registerNotices({
  engine: { onDidDie: died.event, onRunChanged: () => undefined },
  store: { refresh: () => Promise.resolve() },
  log: { error: () => undefined },
  report,
} as unknown as Services);

const runs = [
  { id: 'a-1', directory: '/r/a-1' },
  { id: 'b-2', directory: '/r/b-2' },
];
const die = async (change: Partial<EngineExit>, answer?: string): Promise<void> => {
  seen.answer = answer;
  died.fire({ how: 'SIGKILL', log: [], interrupted: [], again: true, times: 1, quiet: false, ...change });
  await new Promise((resolve) => setTimeout(resolve, 5));
};

beforeEach(() => {
  seen.shown = [];
  seen.commands = [];
});

describe('the notice of an engine that died', () => {
  it('names the runs it interrupted and resumes all of them', async () => {
    await die({ interrupted: runs }, 'Resume 2 Runs');
    expect(seen.shown).toEqual([[expect.stringMatching(/SIGKILL.*a-1, b-2/), 'Resume 2 Runs', 'Show Log']]);
    expect(seen.commands).toEqual(runs.map((run) => ['sparsescope.resumeRun', run]));
  });

  it('offers the one run as such, and the log', async () => {
    await die({ interrupted: runs.slice(0, 1) }, 'Show Log');
    expect(seen.shown[0].slice(1)).toEqual(['Resume Run', 'Show Log']);
    expect(seen.commands).toEqual([['sparsescope.openLog']]);
  });

  it('does not say that it is started again when it is not, and offers that', async () => {
    await die({ interrupted: runs, again: false, times: 4 }, 'Restart Engine');
    expect(seen.shown[0][0]).toMatch(/a-1, b-2.*stopped 4 times/);
    expect(seen.shown[0][0]).not.toContain('is started again.');
    expect(seen.commands).toEqual([['sparsescope.restartEngine']]);
  });

  it('is silent where whoever waited for the engine shows the error', async () => {
    await die({ quiet: true });
    expect(seen.shown).toEqual([]);
  });
});
