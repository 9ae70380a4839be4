/** What a config's check is told, and what it tells. */
import type { DataFacts } from '../core/data-sets';
import type { ParsedConfig } from './parse';
import type { NetworkPlan } from './plan';
import type { Sweep } from './sweep';
import type { Config } from './types';

/** What a look at the files of data told (formats/own-data.ts). */
export interface DataLook {
  /** What the config said of the data. */
  data: Config['data'];
  facts?: DataFacts;
  /** Why a run could not read it. */
  problem?: { code: string; message: string };
  /** What it could be read with all the same. */
  warnings?: readonly { code: string; message: string }[];
}

export interface CheckOptions {
  mostTrials?: number;
  /** Of a sweep as many as its trials have data. */
  looked?: readonly DataLook[] | undefined;
  /** The text is that of a file in UTF-16, which an editor reads and nothing else does. */
  utf16?: boolean;
}

export interface CheckedConfig extends ParsedConfig {
  /**
   * Only when there is no error but of files, the plan when what the data is made of is known. Of a sweep, `config` and
   * `plan` are those of its first trial that can be had.
   */
  plan?: NetworkPlan;
  /** Only of a sweep without an error. */
  sweep?: Sweep;
}
