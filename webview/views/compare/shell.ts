/** The panel of compared initialisations: reads the comparison method by method, keeps it while it is small. */
import {
  mostKeptComparison,
  type ComparedMethod,
  type CompareViewApi,
  type CompareViewEvents,
  type CompareViewState,
  type Comparison,
} from '../../../src/protocol/compare';
import type { Bridge } from '../../bridge';
import { button } from '../../controls';
import { h, setText } from '../../dom';
import { isCancelled } from '../../errors';
import { many } from '../../format';
import { isFree } from '../../parts/keys';
import { Prefs } from '../../parts/prefs';
import { Stage } from '../../parts/stage';
import { empty, failure, skeleton } from '../../parts/states';
import { CompareView } from './compare-view';
import { cancelledWords } from './series';
import { words } from './words';

interface Kept extends CompareViewState {
  prefs?: unknown;
}

const lastState = (boot: CompareViewState, kept: unknown): Kept => {
  const state = kept as Partial<Kept> | null | undefined;
  return state?.configPath === boot.configPath ? { ...boot, layer: state.layer ?? null, prefs: state.prefs } : boot;
};

export function mountCompare(root: HTMLElement, bridge: Bridge, boot: CompareViewState): void {
  const peer = bridge.connect<CompareViewApi, CompareViewEvents>();
  const { remote } = peer;
  const { prefs: keptPrefs, ...last } = lastState(boot, bridge.kept);
  let state: CompareViewState = last;
  const keep = (): void => bridge.keep({ ...state, prefs: prefs.toJSON() });
  const prefs = new Prefs(keptPrefs, keep);
  const stage = new Stage({ save: (chunk) => remote.save(chunk), keys: [] });
  const title = h('h1', {});
  const facts = h('span', { class: 'fact' });
  const note = h('p', { class: 'note', role: 'status' });
  const compareAgain = { text: words.compareAgain, press: () => void remote.again({}).catch(fail) };
  const again = h('span', { class: 'header-actions' }, button(compareAgain.text, compareAgain.press).element);
  root.append(
    h(
      'div',
      { class: 'compare-page' },
      h('header', { class: 'run-header' }, title, facts, again),
      note,
      h('main', { class: 'panel' }, stage.element),
    ),
  );

  const fail = (error: unknown): void => {
    if (!isCancelled(error))
      stage.showState(failure(error, [{ text: words.tryAgain, press: () => void load() }, compareAgain]));
  };
  /** A comparison that came while another was read takes its place. */
  let loads = 0;
  const load = async (): Promise<void> => {
    const mine = ++loads;
    try {
      const { config, methods: total, notDrawn } = await remote.summary({});
      const methods: ComparedMethod[] = [];
      while (methods.length < total) methods.push(await remote.method({ index: methods.length }));
      if (mine !== loads) return;
      setText(title, config);
      const asked = many(total + notDrawn.length, 'initialisation');
      setText(facts, total === 0 ? '' : notDrawn.length === 0 ? asked : words.shownOf(total, asked));
      setText(note, cancelledWords(total, notDrawn));
      if (total === 0) {
        stage.showState(empty(words.tooLarge, words.tooLargeRemedy, [compareAgain]));
        return;
      }
      const comparison: Comparison = { config, methods, ...(notDrawn.length > 0 && { notDrawn }) };
      const small = JSON.stringify(comparison).length <= mostKeptComparison;
      const { configPath, layer } = state;
      state = { configPath, methods: state.methods, layer, ...(small && { comparison }) };
      keep();
      const view = new CompareView(comparison, {
        stage,
        prefs,
        layer,
        choose: (chosen) => {
          state = { ...state, layer: chosen };
          keep();
        },
      });
      stage.show(view.exhibit(), view.controls, view.element);
    } catch (error) {
      if (mine === loads) fail(error);
    }
  };

  document.addEventListener('keydown', (event) => {
    if (isFree(event) && stage.key(event)) event.preventDefault();
  });
  peer.on('changed', ({ methods }) => {
    state = { ...state, methods };
    void load();
  });
  peer.on('cancelled', () => {
    if (stage.shows) setText(note, words.nothingNew);
  });
  stage.showState(skeleton(words.reading));
  void load();
}
