/** Reads and checks a config as every command does. */
import { dirname, resolve } from 'node:path';
import { checkConfig } from '../config/check';
import type { DataLook } from '../config/checked';
import { dataOf } from '../config/data-of';
import { configFormat, maxConfigBytes } from '../config/format';
import { configTooLarge } from '../config/invalid';
import type { ConfigIssue, Range } from '../config/issues';
import type { NetworkPlan } from '../config/plan';
import type { Sweep } from '../config/sweep';
import { isSweep } from '../config/sweep-errors';
import type { Config } from '../config/types';
import { isNamed } from '../core/data-sets';
import { examineData, examineWhole } from '../formats/own-data';
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
  /** Where the value of a path is written; `undefined` when it is not. */
  locate: (path: string) => Range | undefined;
  /** What the files of the data told, where they were looked at. */
  looked: DataLook[];
  /** Absent when an issue is an error. */
  checked?: { config: Config; plan: NetworkPlan };
  /** With a grid and without an error. `checked` is then its first trial. */
  sweep?: Sweep;
}

/**
 * A config that can be worked with; `tell` hears its warnings.
 * @throws RefusedConfig, `config.is-sweep`, and as `readConfig`
 */
export async function usableConfig(name: string, tell: (warning: ConfigIssue) => void): Promise<UsableFile> {
  const file = await readConfig(name);
  const { checked, sweep, issues } = file;
  if (!checked) throw new RefusedConfig(name, issues);
  if (sweep) throw isSweep(name, sweep.count);
  issues.forEach(tell);
  return { ...file, checked };
}

export interface ReadOptions {
  /** Whether the files of published data sets are needed too: first weights and densities are had without. */
  published?: boolean;
  /** Given where every file of the data is to be looked at: between two of them, and what is told on the way. */
  whole?: Parameters<typeof examineWhole>[2];
}

/**
 * Each file of the data is looked at once, of a sweep for all its trials; what is wrong with it is told at `data.path`.
 * @throws SparseError `file.*`; what `whole` throws
 */
export async function readConfig(name: string, options: ReadOptions = {}): Promise<CheckedFile> {
  const { published = false, whole } = options;
  const path = resolve(name);
  const text = await readText(path, maxConfigBytes, configTooLarge);
  const format = configFormat(path);
  const written = checkConfig(text, format);
  const looked: DataLook[] = [];
  const folders = [dirname(path)];
  for (const data of dataOf(written, format))
    if (whole) looked.push({ data, ...(await examineWhole(data, folders, whole)) });
    else if (published || !isNamed(data.source)) looked.push({ data, ...(await examineData(data, folders)) });
  const { config, plan, sweep, issues, locate } = looked.length > 0 ? checkConfig(text, format, { looked }) : written;
  const usable = config && plan && !issues.some(({ severity }) => severity === 'error');
  return {
    name,
    path,
    text,
    issues,
    locate,
    looked,
    ...(usable && { checked: { config, plan } }),
    ...(sweep && { sweep }),
  };
}
