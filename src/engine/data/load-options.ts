/** What whoever loads data is told beside the words of the config. */
import type { Progress } from '../../protocol/rpc';
import type { KeptIn } from './kept';

export interface LoadOptions extends KeptIn {
  /** Folder of the config, which a relative `data.path` starts from; more of them when it may have been moved. */
  configFolders: readonly string[];
  signal?: AbortSignal;
  progress?(value: Progress): void;
}
