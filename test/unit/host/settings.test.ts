/** Settings of another kind than they are meant: the editor hands out what stands in the file. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { settingDefaults } from '../../../src/contributions';

const window = vi.hoisted((): { given: Record<string, unknown>; warned: string[] } => ({ given: {}, warned: [] }));

vi.mock('vscode', async () => ({
  ...(await import('./vscode-double')).vscodeDouble,
  workspace: {
    isTrusted: true,
    getConfiguration: () => ({
      get: (id: string, missing: unknown) => (id in window.given ? window.given[id] : missing),
    }),
  },
  window: {
    showWarningMessage: (text: string) => {
      window.warned.push(text);
      return Promise.resolve();
    },
  },
}));

import { chosenNode } from '../../../src/host/engine-node';
import { setting, settingsToTell } from '../../../src/host/settings';

beforeEach(() => Object.assign(window, { given: {}, warned: [] }));

const ids = Object.keys(settingDefaults) as (keyof typeof settingDefaults)[];

describe('a setting', () => {
  it('is what was given, where that is of its kind', () => {
    const fine = {
      'sparsescope.backend': 'wasm',
      'sparsescope.openPanelOnRun': false,
      'sparsescope.sweepJobs': 3,
      'sparsescope.node': '/usr/bin/node',
    };
    window.given = fine;
    for (const id of ids) expect(setting(id)).toBe(fine[id]);
    settingsToTell(() => undefined)();
    expect(window.warned).toEqual([]);
  });

  it.each([null, 5.5, {}, [], -1, 'cuda', true])('is its default where that is %j', (value) => {
    window.given = Object.fromEntries(ids.map((id) => [id, value]));
    for (const id of ids)
      if (typeof value !== typeof settingDefaults[id] || id === 'sparsescope.backend' || typeof value === 'number')
        expect(setting(id)).toBe(settingDefaults[id]);
    expect(() => chosenNode()).not.toThrow();
  });

  it('of another kind is told once, until it is changed', () => {
    const tell = settingsToTell(() => undefined);
    window.given = { 'sparsescope.node': null };
    tell();
    tell();
    expect(window.warned).toEqual([
      'The setting sparsescope.node is null; expected a text: the path of node, or nothing. The default "" is used.',
    ]);
    window.given = { 'sparsescope.node': 5, 'sparsescope.backend': 'cuda' };
    tell();
    expect(window.warned.slice(1)).toEqual([
      'The setting sparsescope.backend is "cuda"; expected one of auto, tensorflow-gpu, webgpu, tensorflow, wasm, cpu. The default "auto" is used.',
      'The setting sparsescope.node is 5; expected a text: the path of node, or nothing. The default "" is used.',
    ]);
  });
});
