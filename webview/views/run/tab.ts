/** A tab is one record in a list; the shell asks nothing else about it. */
import type { Remote } from '../../../src/protocol/rpc';
import type { RunTab, RunViewApi } from '../../../src/protocol/views';
import type { Action } from '../../parts/states';
import type { Prefs } from '../../parts/prefs';
import type { Exhibit, Stage } from '../../parts/stage';
import type { RunModel } from './run-model';

export interface TabContext {
  model: RunModel;
  remote: Remote<RunViewApi>;
  stage: Stage;
  prefs: Prefs;
  /** Shows an error in place of the picture, with what can be done about it. */
  failed: (error: unknown) => void;
}

/** Why a view has nothing to show for this subject. */
export interface Obstacle {
  title: string;
  explanation: string;
  actions?: readonly Action[];
  /** It is only a matter of time. */
  waiting?: boolean;
}

export interface Mounted {
  exhibit: Exhibit;
  controls: readonly HTMLElement[];
  content: HTMLElement;
}

export interface TabRecord {
  id: RunTab;
  title: string;
  /** Whether it can show the chosen layer of this run; if not, what to say instead. */
  supports(model: RunModel): true | Obstacle;
  mount(context: TabContext): Mounted;
}
