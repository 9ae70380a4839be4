/** What the picture of a tensor is given, and what it gives the stage. */
import type { Remote } from '../../../src/protocol/rpc';
import type { TensorViewApi } from '../../../src/protocol/views';
import type { HelpTopic } from '../../parts/help';
import type { Prefs } from '../../parts/prefs';
import type { Stage } from '../../parts/stage';
import type { Table } from '../../parts/table';
import type { StatisticsStore } from './statistics-store';

export interface TensorContext {
  remote: Remote<TensorViewApi>;
  stage: Stage;
  prefs: Prefs;
  store: StatisticsStore;
  fileName: string;
  failed: (error: unknown) => void;
}

/** What each kind of tensor brings. */
export interface Picture {
  element: HTMLElement;
  controls: readonly HTMLElement[];
  /** A button beside the tensor's name. */
  action: HTMLElement;
  canvases(): (HTMLCanvasElement | undefined)[];
  tables(): Table[];
  key?(event: KeyboardEvent): boolean;
  /** Says in the read-out what is shown. */
  describe?(): void;
  /**
   * Where something else than the tensor itself is shown, without its statistics: its help, its name for files, its
   * words.
   */
  alone?(): { help: HelpTopic; fileName: string; words: string } | undefined;
  dispose(): void;
}
