/** What a page can be opened as. The shell asks for nothing but the name in its boot data. */
import type { ViewBoot } from '../../src/protocol/views';
import type { Bridge } from '../bridge';
import { mountCompare } from './compare/shell';
import { mountCompareRuns } from './compare-runs/shell';
import { mountData } from './data/shell';
import { mountRun } from './run/shell';
import { mountSharing } from './sharing/shell';
import { mountTheory } from './sharing-theory/shell';
import { mountTensors } from './tensors/shell';

type StateOf<V extends ViewBoot['view']> = Extract<ViewBoot, { view: V }>['state'];

/** How each view is put into the page. A new one is one more entry, and the compiler asks for it. */
export const views: { [V in ViewBoot['view']]: (root: HTMLElement, bridge: Bridge, state: StateOf<V>) => void } = {
  run: mountRun,
  compare: mountCompare,
  'compare-runs': mountCompareRuns,
  data: mountData,
  sharing: mountSharing,
  'sharing-theory': mountTheory,
  tensors: mountTensors,
};
