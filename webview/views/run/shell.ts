/** The panel of a run: header, tabs, the stage with the chosen tab's picture, the timeline. */
import type { RunViewApi, RunViewEvents, RunViewState } from '../../../src/protocol/views';
import type { Bridge } from '../../bridge';
import { h } from '../../dom';
import { isCancelled, sentence } from '../../errors';
import { isFree } from '../../parts/keys';
import { Prefs } from '../../parts/prefs';
import { Stage } from '../../parts/stage';
import { empty, failure, skeleton } from '../../parts/states';
import { Tabs } from '../../parts/tabs';
import { Timeline } from '../../parts/timeline';
import { Header } from './header';
import { tabs } from './registry';
import { RunModel, type Change } from './run-model';
import type { TabContext } from './tab';
import { shellWords } from './words';

/** Codes that mean "not yet": the picture comes with one of the next changes. */
const notYet = new Set(['runs.not-written-yet', 'runs.no-record']);
const panelId = 'run-panel';

interface KeptRunView extends RunViewState {
  prefs?: unknown;
}

/** What the page kept is newer than the boot data, which the host writes once; but only if it is of the same run. */
const lastState = (boot: RunViewState, kept: unknown): KeptRunView => {
  const state = kept as Partial<KeptRunView> | null | undefined;
  return state?.directory === boot.directory ? { ...boot, ...state } : boot;
};

export function mountRun(root: HTMLElement, bridge: Bridge, boot: RunViewState): void {
  const peer = bridge.connect<RunViewApi, RunViewEvents>();
  const { remote } = peer;
  const { prefs: keptPrefs, ...state } = lastState(boot, bridge.kept);
  const keep = (): void => bridge.keep({ ...model.wish, prefs: prefs.toJSON() });
  const prefs = new Prefs(keptPrefs, keep);
  const model = new RunModel(state, remote, keep, (error) => fail(error));
  const stage = new Stage({
    save: (chunk) => remote.save(chunk),
    keys: shellWords.keys(tabs.map(({ title }) => title)),
  });
  const header = new Header(model);
  const tabList = new Tabs(shellWords.tabs, tabs, panelId, (id) => model.chooseTab(id));
  const timeline = new Timeline((step) => model.choose({ step }));
  const panel = h('main', { id: panelId, role: 'tabpanel', class: 'panel' }, stage.element);
  root.append(
    h(
      'div',
      { class: 'run-view' },
      header.element,
      h('div', { class: 'tab-row' }, tabList.element, header.layerChooser),
      panel,
      timeline.element,
    ),
  );

  const context: TabContext = { model, remote, stage, prefs, failed: (error) => fail(error) };
  /** What is mounted: the tab, or what stands in its place. */
  let shown = '';

  const fail = (error: unknown): void => {
    if (isCancelled(error)) return;
    if (notYet.has(sentence(error).code) && !model.ended) {
      shown = 'waiting';
      stage.showState(skeleton(shellWords.waiting));
      return;
    }
    shown = 'failed';
    stage.showState(
      failure(error, [
        { text: shellWords.again, press: () => void load() },
        { text: shellWords.showLog, press: () => void remote.act({ action: 'show-log' }) },
      ]),
    );
  };

  const render = (change: Change): void => {
    const { tab } = model.state;
    tabList.show(tab);
    header.update();
    panel.setAttribute('aria-labelledby', `tab-${tab}`);
    const { snapshot } = model;
    timeline.show({
      steps: model.steps,
      chosen: model.state.step,
      following: model.following,
      done: snapshot?.step ?? 0,
      total: snapshot?.record.totalSteps ?? 0,
    });
    const record = tabs.find(({ id }) => id === tab)!;
    const support = record.supports(model);
    const next = `${tab}/${support === true ? '' : support.title}`;
    // An error stays until the person asks again or chooses something else.
    const stands = shown === 'failed' && !change.tab && !change.layer && !change.step;
    if (next === shown || stands) return;
    shown = next;
    if (support === true) {
      const { exhibit, controls, content } = record.mount(context);
      // A view that failed at once has put its error on the stage already.
      if (shown === next) stage.show(exhibit, controls, content);
    } else if (support.waiting) stage.showState(skeleton(support.title));
    else stage.showState(empty(support.title, support.explanation, support.actions));
  };
  model.listen(render);

  const load = async (): Promise<void> => {
    shown = '';
    try {
      model.update(await remote.snapshot({}));
    } catch (error) {
      fail(error);
    }
  };

  document.addEventListener('keydown', (event) => {
    if (isFree(event) && (commonKey(event) || stage.key(event))) event.preventDefault();
  });
  const commonKey = (event: KeyboardEvent): boolean => {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    if (event.key === '[') model.stepLayer(-1);
    else if (event.key === ']') model.stepLayer(1);
    else if (event.key === ',') model.stepStep(-1);
    else if (event.key === '.') model.stepStep(1);
    else if (/^[1-9]$/.test(event.key) && Number(event.key) <= tabs.length)
      model.chooseTab(tabs[Number(event.key) - 1].id);
    else return false;
    return true;
  };

  peer.on('changed', (snapshot) => model.update(snapshot));
  peer.on('select', (selected) => model.follow(selected));
  tabList.show(model.state.tab);
  stage.showState(skeleton(shellWords.opening));
  keep();
  void load();
}
