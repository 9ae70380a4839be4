/** The page of the theory: it computes by itself, and asks the host for nothing but a place to save. */
import type { TheoryViewApi } from '../../../src/protocol/sharing-view';
import type { Bridge } from '../../bridge';
import { h } from '../../dom';
import { isFree } from '../../parts/keys';
import { Prefs } from '../../parts/prefs';
import { Stage } from '../../parts/stage';
import { TheoryView } from './theory-view';
import { words } from './words';

export function mountTheory(root: HTMLElement, bridge: Bridge): void {
  const { remote } = bridge.connect<TheoryViewApi, object>();
  const kept = bridge.kept as { prefs?: unknown } | null | undefined;
  const keep = (): void => bridge.keep({ prefs: prefs.toJSON() });
  const prefs = new Prefs(kept?.prefs, keep);
  const stage = new Stage({ save: (chunk) => remote.save(chunk), keys: [] });
  const header = h('header', { class: 'run-header' }, h('h1', {}, words.title));
  root.append(h('div', { class: 'compare-page' }, header, h('main', { class: 'panel' }, stage.element)));
  const view = new TheoryView(stage, prefs);
  stage.show(view.exhibit(), view.controls, view.element);
  document.addEventListener('keydown', (event) => {
    if (isFree(event) && stage.key(event)) event.preventDefault();
  });
  keep();
}
