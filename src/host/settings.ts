/** The extension's settings as they are meant: the editor underlines a value of another kind, but hands it out. */
import * as vscode from 'vscode';
import { settingDefaults, type SettingTypes } from '../contributions';
import type { BackendChoice } from '../protocol/engine';
import { backendChoices } from '../protocol/run';
import { detach } from './log';
import type { Report } from './log';
import { words } from './words';

interface Kind<T> {
  holds: (value: unknown) => value is T;
  /** To be read after "expected". */
  expected: () => string;
}

const kinds: { [K in keyof SettingTypes]: Kind<SettingTypes[K]> } = {
  'sparsescope.backend': {
    holds: (value): value is BackendChoice => backendChoices.some((choice) => choice === value),
    expected: () => words.oneOf(backendChoices),
  },
  'sparsescope.openPanelOnRun': { holds: (value) => typeof value === 'boolean', expected: words.trueOrFalse },
  'sparsescope.sweepJobs': {
    holds: (value): value is number => Number.isInteger(value) && (value as number) >= 0,
    expected: words.wholeNumber,
  },
  'sparsescope.node': { holds: (value) => typeof value === 'string', expected: words.nodeText },
};

const given = (id: keyof SettingTypes): unknown =>
  vscode.workspace.getConfiguration().get<unknown>(id, settingDefaults[id]);

/** One of the settings; its default where its value is of another kind. */
export const setting = <K extends keyof SettingTypes>(id: K): SettingTypes[K] => {
  const value = given(id);
  return kinds[id].holds(value) ? value : settingDefaults[id];
};

/** A sentence for each whose value is of another kind. */
export const wrongSettings = (): string[] =>
  (Object.keys(kinds) as (keyof SettingTypes)[])
    .filter((id) => !kinds[id].holds(given(id)))
    .map((id) =>
      words.wrongSetting(id, JSON.stringify(given(id)), kinds[id].expected(), JSON.stringify(settingDefaults[id])),
    );

/** Says which settings are of another kind, each once until it is changed. */
export function settingsToTell(report: Report): () => void {
  let told: string[] = [];
  return () => {
    const wrong = wrongSettings();
    for (const sentence of wrong)
      if (!told.includes(sentence)) detach(vscode.window.showWarningMessage(sentence), report);
    told = wrong;
  };
}
