/** What the folder of a run and that of a sweep have in common. */
import { basename, join, resolve } from 'node:path';
import { acquireLock } from './lock';
import type { Lock } from './lock';

export const sharedNames = { config: 'config.yaml', report: 'report.html' } as const;

export abstract class LockedFolder {
  /** Absolute. */
  readonly directory: string;

  constructor(directory: string) {
    this.directory = resolve(directory);
  }

  /** The folder's name: `mlp7-eoi-3`. */
  get id(): string {
    return basename(this.directory);
  }
  /** The config as it was run or swept, verbatim (JSON too, which is YAML). */
  get configFile(): string {
    return join(this.directory, sharedNames.config);
  }
  get reportFile(): string {
    return join(this.directory, sharedNames.report);
  }

  /**
   * Claims the folder for this process until the lock is released. Whoever writes into it holds its lock.
   * @throws SparseError `runs.still-running`, `runs.in-use-elsewhere`, `runs.lock-damaged`, `file.*`
   */
  lock(): Promise<Lock> {
    return acquireLock(this.directory);
  }
}
