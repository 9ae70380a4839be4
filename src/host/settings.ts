import * as vscode from 'vscode';
import { settingDefaults, type SettingTypes } from '../contributions';

/** One of the extension's settings, typed. */
export const setting = <K extends keyof SettingTypes>(id: K): SettingTypes[K] =>
  vscode.workspace.getConfiguration().get<SettingTypes[K]>(id, settingDefaults[id]);
