/** Givens: the rotation sequence behind the initial weights of the selected layer. */
import type { LayerSummary } from '../../../src/protocol/run';
import { mostPlayedWeights } from '../../../src/protocol/views';
import { h } from '../../dom';
import { isCancelled } from '../../errors';
import { skeleton } from '../../parts/states';
import type { Exhibit } from '../../parts/stage';
import type { RunModel } from '../run/run-model';
import type { Obstacle, TabRecord } from '../run/tab';
import { runTitle } from '../../../src/protocol/words';
import { hasLayer, layerCaption } from '../run/words';
import { GivensView } from './givens-view';
import type { Goal } from './givens-view';
import { GroupChooser } from './group-chooser';
import { loadRotations } from './load-rotations';
import { help, isIdentity, noSequence, notWritten, reading, tooLarge } from './words';

const supports = (model: RunModel): true | Obstacle => {
  const { layer } = model;
  if (!layer) return hasLayer(model);
  const weights = layer.shape[0] * layer.shape[1];
  const rotated = layer.init === 'eoi' || layer.init === 'eis';
  if (layer.rotations === 0) return rotated ? isIdentity(layer.name) : noSequence(layer.name, layer.init);
  if (weights > mostPlayedWeights) return tooLarge(layer.name, weights);
  if (model.steps.length === 0 && !model.ended) return { ...notWritten, waiting: true };
  return true;
};

/** Of the matrix that the sequence makes: of a convolution that at the centre of the kernel. */
const goalOf = ({ targetDensity, kernel, details }: LayerSummary): Goal => ({
  density: details?.centreDensity ?? targetDensity * (kernel ? kernel[0] * kernel[1] : 1),
  overlap: details?.overlap,
});

export const givensTab: TabRecord = {
  id: 'givens',
  title: help.title,
  supports,
  mount: ({ model, remote, stage, prefs, failed }) => {
    const controls = h('span', { class: 'controls-inner wide' });
    const content = h('div', { class: 'fill' }, skeleton(reading));
    let view: GivensView | undefined;
    let loading = new AbortController();
    const chooser = new GroupChooser(() => void show());
    const offerGroups = (): void => chooser.offer(model.layer?.groups ?? 1);

    const show = async (): Promise<void> => {
      loading.abort();
      loading = new AbortController();
      const { signal } = loading;
      const { layer } = model;
      if (!layer) return;
      try {
        const seed = model.snapshot?.record.seed ?? 0;
        const { name } = layer;
        const sequence = await loadRotations(
          (range) => remote.rotations({ layer: name, group: chooser.group, ...range }, { signal }),
          seed,
        );
        if (signal.aborted) return;
        view?.dispose();
        view = new GivensView(layer.name, sequence, goalOf(layer), stage.readOut, prefs);
        controls.replaceChildren(chooser.element, ...view.controls);
        content.replaceChildren(view.element);
        stage.refreshTable();
      } catch (error) {
        if (!isCancelled(error) && !signal.aborted) failed(error);
      }
    };
    const stop = model.listen(({ layer }) => {
      if (!layer || supports(model) !== true) return;
      offerGroups();
      void show();
    });
    offerGroups();
    void show();
    const exhibit: Exhibit = {
      help,
      stem: () => [model.id, model.state.layer ?? '', 'givens'],
      caption: () => [model.layer ? layerCaption(model.layer) : '', `${runTitle(model.id)} · ${view?.words ?? ''}`],
      pictures: () => view?.pictures() ?? [],
      tables: () => (view ? [view.table()] : []),
      key: (event) => view?.key(event) ?? false,
      dispose: () => {
        stop();
        loading.abort();
        view?.dispose();
      },
    };
    return { exhibit, controls: [controls], content };
  },
};
