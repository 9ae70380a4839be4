/** Reads and checks a config as every command does. */
import { resolve } from 'node:path';
import { checkConfig } from '../config/check';
import { configFormat, maxConfigBytes } from '../config/format';
import { configTooLarge } from '../config/invalid';
import type { ConfigIssue, Range } from '../config/issues';
import type { NetworkPlan } from '../config/plan';
import type { Sweep } from '../config/sweep';
import { isSweep } from '../config/sweep-errors';
import type { Config } from '../config/types';
import { readText } from '../formats/text-file';
import { RefusedConfig } from './errors';

export type UsableFile = CheckedFile & Required<Pick<CheckedFile, 'checked'>>;

export interface CheckedFile {
  /** As the person typed it, for messages. */
  name: string;
  /** Absolute. */
  path: string;
  text: string;
  issues: ConfigIssue[];
  /** Where the value of a path is written; undefined when it is not. */
  locate: (path: string) => Range | undefined;
  /** Absent when an issue is an error. */
  checked?: { config: Config; plan: NetworkPlan };
  /** With a grid and without an error. `checked` is then its first trial. */
  sweep?: Sweep;
}

/** A config that can be worked with; `tell` hears its warnings. @throws RefusedConfig, `config.is-sweep`, and as `readConfig` */
export async function usableConfig(name: string, tell: (warning: ConfigIssue) => void): Promise<UsableFile> {
  const file = await readConfig(name);
  const { checked, sweep, issues } = file;
  if (!checked) throw new RefusedConfig(name, issues);
  if (sweep) throw isSweep(name, sweep.count);
  issues.forEach(tell);
  return { ...file, checked };
}

/** @throws SparseError `file.*` */
export async function readConfig(name: string): Promise<CheckedFile> {
  const path = resolve(name);
  const text = await readText(path, maxConfigBytes, configTooLarge);
  const { config, plan, sweep, issues, locate } = checkConfig(text, configFormat(path));
  const usable = config && plan && !issues.some(({ severity }) => severity === 'error');
  return { name, path, text, issues, locate, ...(usable && { checked: { config, plan } }), ...(sweep && { sweep }) };
}
