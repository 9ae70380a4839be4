/** Above all tabs: which run, how it stands, what may be done about it; beside them: which layer. */
import { button, dropdown } from '../../controls';
import { h, setText } from '../../dom';
import type { RunModel } from './run-model';
import { headerWords } from './words';
import { computedBy, computedWhy, runTitle, stateWords } from '../../../src/protocol/words';

/** States from which a run can go on. */
const resumable = new Set(['cancelled', 'failed', 'interrupted']);

export class Header {
  readonly element: HTMLElement;
  readonly layerChooser: HTMLElement;
  private readonly title = h('h1', {});
  private readonly state = h('span', { class: 'run-state' });
  private readonly progress = h('span', { class: 'fact' });
  private readonly backend = h('span', { class: 'fact' });
  private readonly layer = dropdown<string>(headerWords.layer, [], '', (layer) => this.model.choose({ layer }));
  private readonly cancel = button(headerWords.cancel, () => this.act('cancel'));
  private readonly resume = button(headerWords.resume, () => this.act('resume'));
  private offered = '';

  constructor(private readonly model: RunModel) {
    const actions = h('span', { class: 'header-actions' }, this.cancel.element, this.resume.element);
    this.element = h('header', { class: 'run-header' }, this.title, this.state, this.progress, this.backend, actions);
    this.layerChooser = h(
      'span',
      { class: 'layer-chooser' },
      h('span', { class: 'layer-label', 'aria-hidden': 'true' }, headerWords.layer),
      this.layer.element,
    );
    this.update();
  }

  update(): void {
    const { model } = this;
    setText(this.title, runTitle(model.id));
    const { snapshot } = model;
    this.cancel.element.hidden = !snapshot || model.ended;
    this.resume.element.hidden = !snapshot || !resumable.has(snapshot.record.state);
    if (!snapshot) return;
    const { record, step, elapsed } = snapshot;
    setText(this.state, stateWords[record.state]);
    this.state.dataset['state'] = record.state;
    this.state.title = record.error?.message ?? '';
    setText(this.progress, headerWords.progress(step, record.totalSteps, elapsed));
    setText(this.backend, computedBy(record));
    this.backend.title = computedWhy(record);
    this.updateLayers();
  }

  private updateLayers(): void {
    const { layers, state } = this.model;
    const names = layers.map(({ name }) => name);
    if (names.join('\n') !== this.offered) {
      this.offered = names.join('\n');
      this.layer.offer(names.map((name) => ({ value: name, text: name })));
    }
    this.layer.enabled = names.length > 1;
    if (state.layer !== null && this.layer.value !== state.layer) this.layer.value = state.layer;
  }

  /** The command behind it shows its own errors. */
  private act(action: 'cancel' | 'resume'): void {
    this.model.remote.act({ action }).catch(() => undefined);
  }
}
