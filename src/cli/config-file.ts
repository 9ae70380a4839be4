/** Reads and checks a config as every command does. */
import { dirname, resolve } from 'node:path';
import { checkConfig } from '../config/check';
import type { CheckedConfig, DataLook } from '../config/check';
import { configFormat, maxConfigBytes } from '../config/format';
import { configTooLarge } from '../config/invalid';
import type { ConfigIssue, Range } from '../config/issues';
import type { NetworkPlan } from '../config/plan';
import type { Sweep } from '../config/sweep';
import { isSweep } from '../config/sweep-errors';
import type { Config } from '../config/types';
import { isSparseError } from '../core/errors';
import { lookAtData } from '../formats/own-data';
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

/** The facts of data of a person's own, or why they cannot be had, at the key that names it. */
async function look(
  { config, locate }: CheckedConfig,
  folder: string,
): Promise<{ looked?: DataLook | undefined; unreadable: ConfigIssue[] }> {
  if (!config) return { unreadable: [] };
  try {
    const facts = await lookAtData(config.data, [folder]);
    return { ...(facts && { looked: { data: config.data, facts } }), unreadable: [] };
  } catch (error) {
    if (!isSparseError(error)) throw error;
    const range = locate('data.path') ?? locate('data.source')!;
    const { code, message } = error;
    return { unreadable: [{ code, severity: 'error', message, range, path: 'data.path' }] };
  }
}

/** @throws SparseError `file.*` */
export async function readConfig(name: string): Promise<CheckedFile> {
  const path = resolve(name);
  const text = await readText(path, maxConfigBytes, configTooLarge);
  const format = configFormat(path);
  const written = checkConfig(text, format);
  const { looked, unreadable } = await look(written, dirname(path));
  const { config, plan, sweep, issues: found, locate } = looked ? checkConfig(text, format, { looked }) : written;
  const issues = [...found, ...unreadable];
  const usable = config && plan && !issues.some(({ severity }) => severity === 'error');
  return { name, path, text, issues, locate, ...(usable && { checked: { config, plan } }), ...(sweep && { sweep }) };
}
