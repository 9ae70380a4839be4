/** The panel of compared runs: reads each once, and again whenever it has something new. */
import type {
  ComparedRun,
  CompareRunsViewApi,
  CompareRunsViewEvents,
  CompareRunsViewState,
} from '../../../src/protocol/compare-runs';
import { differingKeys } from '../../../src/protocol/run-groups';
import type { Bridge } from '../../bridge';
import { h, setText } from '../../dom';
import { isCancelled } from '../../errors';
import { isFree } from '../../parts/keys';
import { Prefs } from '../../parts/prefs';
import { Stage } from '../../parts/stage';
import { empty, failure, skeleton } from '../../parts/states';
import { CompareRunsView } from './runs-view';
import { methodsOf } from './series';
import { words } from './words';

export function mountCompareRuns(root: HTMLElement, bridge: Bridge, state: CompareRunsViewState): void {
  const { directories } = state;
  const peer = bridge.connect<CompareRunsViewApi, CompareRunsViewEvents>();
  const { remote } = peer;
  const kept = bridge.kept as { prefs?: unknown } | null | undefined;
  const keep = (): void => bridge.keep({ directories, prefs: prefs.toJSON() });
  const prefs = new Prefs(kept?.prefs, keep);
  const stage = new Stage({ save: (chunk) => remote.save(chunk), keys: [] });
  const facts = h('span', { class: 'fact' });
  const header = h('header', { class: 'run-header' }, h('h1', {}, words.title(directories.length)), facts);
  root.append(h('div', { class: 'compare-page' }, header, h('main', { class: 'panel' }, stage.element)));

  const runs: ComparedRun[] = [];
  let view: CompareRunsView | undefined;
  const fail = (error: unknown): void => {
    if (isCancelled(error)) return;
    view = undefined;
    stage.showState(failure(error, [{ text: words.tryAgain, press: () => void load() }]));
  };
  const show = (): void => {
    setText(facts, words.facts(methodsOf(runs).length, differingKeys(runs).length));
    if (runs.every(({ state: of, curve }) => of === null && curve.step.length === 0)) {
      view = undefined;
      stage.showState(empty(words.nothing, words.nothingRemedy));
      return;
    }
    if (view) {
      view.update([...runs]);
      return;
    }
    view = new CompareRunsView([...runs], {
      stage,
      prefs,
      open: (directory) => void remote.open({ directory }).catch(fail),
    });
    stage.show(view.exhibit(), view.controls, view.element);
  };
  const load = async (): Promise<void> => {
    try {
      for (let index = 0; index < directories.length; index++) runs[index] = await remote.run({ index });
      show();
    } catch (error) {
      fail(error);
    }
  };
  /** One after the other: what came while it read is read next. */
  let waiting = new Set<number>();
  let reading = Promise.resolve();
  const follow = async (): Promise<void> => {
    const indices = waiting;
    waiting = new Set();
    if (indices.size === 0) return;
    try {
      for (const index of indices) runs[index] = await remote.run({ index });
      show();
    } catch (error) {
      fail(error);
    }
  };

  document.addEventListener('keydown', (event) => {
    if (isFree(event) && stage.key(event)) event.preventDefault();
  });
  peer.on('changed', ({ indices }) => {
    for (const index of indices) waiting.add(index);
    reading = reading.then(follow);
  });
  keep();
  stage.showState(skeleton(words.reading));
  reading = reading.then(load);
}
