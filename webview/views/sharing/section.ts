/** A part of the view of shared weights: one of several pictures that take turns. */
import type { SharingReport } from '../../../src/protocol/sharing';
import type { Remote } from '../../../src/protocol/rpc';
import type { SharingCalls } from '../../../src/protocol/sharing-view';
import type { Prefs } from '../../parts/prefs';
import type { HelpTopic } from '../../parts/help';
import type { Stage } from '../../parts/stage';
import type { Table } from '../../parts/table';
import type { WorkOptions } from '../../parts/work-line';

export const sectionIds = ['findings', 'figures', 'memory', 'divergence', 'course'] as const;
export type SectionId = (typeof sectionIds)[number];

/** What the sections have in common, wherever the view stands. */
export interface SharingContext {
  remote: Remote<SharingCalls>;
  stage: Pick<Stage, 'readOut' | 'refreshTable'>;
  prefs: Prefs;
  /** Of the run or the config. */
  name: string;
  /** The layer that is chosen beside the view, if that can be. */
  layer: () => string | null;
  /** One piece of work after the other, with its progress and Cancel; what goes wrong is told beside the picture. */
  work(what: string, call: (options: WorkOptions) => Promise<void>): void;
  /** What takes no time, whatever work goes on. */
  atOnce(what: string, call: () => Promise<void>): void;
  /** What was measured or tested: every section shows it. */
  took(report: SharingReport): void;
}

export interface Section {
  id: SectionId;
  help: Pick<HelpTopic, 'text' | 'keys'>;
  element: HTMLElement;
  /** Beside the choice of sections. */
  controls: readonly HTMLElement[];
  show(report: SharingReport): void;
  /** What the read-out says while nothing is under a cursor. */
  describe(): void;
  /** Another layer was chosen beside the view. */
  layerChanged?(): void;
  pictures(): (HTMLCanvasElement | undefined)[];
  /** The most important first. */
  tables(): readonly Table[];
  caption(): string;
  key?(event: KeyboardEvent): boolean;
  dispose(): void;
}
