/** The panel of a config's sharing: what is found before anything is trained. */
import type { SharingViewApi, SharingViewEvents, SharingViewState } from '../../../src/protocol/sharing-view';
import type { Bridge } from '../../bridge';
import { button } from '../../controls';
import { h, setText } from '../../dom';
import { isCancelled } from '../../errors';
import { isFree } from '../../parts/keys';
import { Prefs } from '../../parts/prefs';
import { Stage } from '../../parts/stage';
import { failure, skeleton } from '../../parts/states';
import { SharingView } from './sharing-view';
import { factsOf, viewWords } from './words';

export function mountSharing(root: HTMLElement, bridge: Bridge, { configPath }: SharingViewState): void {
  const peer = bridge.connect<SharingViewApi, SharingViewEvents>();
  const { remote } = peer;
  const kept = bridge.kept as { prefs?: unknown } | null | undefined;
  const keep = (): void => bridge.keep({ configPath, prefs: prefs.toJSON() });
  const prefs = new Prefs(kept?.prefs, keep);
  const name = configPath
    .split(/[/\\]/)
    .at(-1)!
    .replace(/\.sparse\.(yaml|json)$/, '');
  const stage = new Stage({ save: (chunk) => remote.save(chunk), keys: [] });
  const facts = h('span', { class: 'fact' });
  const again = button(viewWords.again, () => void load());
  const header = h(
    'header',
    { class: 'run-header' },
    h('h1', {}, viewWords.of(name)),
    facts,
    h('span', { class: 'header-actions' }, again.element),
  );
  root.append(h('div', { class: 'compare-page sharing-page' }, header, h('main', { class: 'panel' }, stage.element)));

  let view: SharingView | undefined;
  /** Asked for by a command; the next report that is shown is tested. */
  let toTest = false;
  const test = (): void => {
    if (toTest) view?.testConfig();
    toTest = false;
  };
  /** A reading that was asked for while another went on takes its place. */
  let loads = 0;
  const load = async (): Promise<void> => {
    const mine = ++loads;
    // What stands there stays until there is something else.
    if (!view) stage.showState(skeleton(viewWords.reading));
    try {
      const report = await remote.sharing({});
      if (mine !== loads) return;
      setText(facts, factsOf(report));
      if (view) {
        view.update(report);
        test();
        return;
      }
      view = new SharingView({ remote, stage, prefs, name, layer: () => null }, report);
      stage.show(view.exhibit(), view.controls, view.element);
      test();
    } catch (error) {
      if (mine !== loads || isCancelled(error)) return;
      view = undefined;
      toTest = false;
      setText(facts, '');
      stage.showState(failure(error, [{ text: viewWords.tryAgain, press: () => void load() }]));
    }
  };
  document.addEventListener('keydown', (event) => {
    if (isFree(event) && stage.key(event)) event.preventDefault();
  });
  peer.on('changed', () => void load());
  peer.on('test', () => void (toTest = true));
  keep();
  void load();
}
