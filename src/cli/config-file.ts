/** Reads and checks a config as every command does. */
import { resolve } from 'node:path';
import { checkConfig } from '../config/check';
import { configFormat } from '../config/format';
import type { ConfigIssue } from '../config/issues';
import type { NetworkPlan } from '../config/plan';
import type { Config } from '../config/types';
import { openFile } from '../formats/byte-source';
import { configTooLarge } from './errors';

const maxConfigBytes = 1 << 20;

export interface CheckedFile {
  /** As the person typed it, for messages. */
  name: string;
  /** Absolute. */
  path: string;
  text: string;
  issues: ConfigIssue[];
  /** Absent when an issue is an error. */
  checked?: { config: Config; plan: NetworkPlan };
}

/** @throws SparseError `file.*`, `cli.config-too-large` */
export async function readConfig(name: string): Promise<CheckedFile> {
  const path = resolve(name);
  const source = await openFile(path);
  try {
    if (source.size > maxConfigBytes) throw configTooLarge(name, maxConfigBytes);
    const text = new TextDecoder().decode(await source.read(0, source.size));
    const { config, plan, issues } = checkConfig(text, configFormat(path));
    const usable = config && plan && !issues.some(({ severity }) => severity === 'error');
    return { name, path, text, issues, ...(usable && { checked: { config, plan } }) };
  } finally {
    await source.close();
  }
}
