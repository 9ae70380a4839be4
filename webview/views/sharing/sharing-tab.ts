/** Sharing: what a memory that layers share does to a run. */
import type { Exhibit } from '../../parts/stage';
import { skeleton } from '../../parts/states';
import { h } from '../../dom';
import type { RunModel } from '../run/run-model';
import type { Mounted, Obstacle, TabContext, TabRecord } from '../run/tab';
import { hasLayer } from '../run/words';
import { SharingView } from './sharing-view';
import { notShared, notYet, title, viewWords } from './words';

const mount = (context: TabContext): Mounted => {
  const { model, remote, stage, prefs, failed } = context;
  const content = h('div', { class: 'fill' }, skeleton(viewWords.reading));
  const controls = h('span', { class: 'controls-inner' });
  const asking = new AbortController();
  let view: SharingView | undefined;
  let shown: Exhibit | undefined;
  const load = async (): Promise<void> => {
    const report = await remote.sharing({}, { signal: asking.signal });
    if (asking.signal.aborted) return;
    view = new SharingView(
      {
        remote,
        stage,
        prefs,
        name: model.id,
        layer: () => model.state.layer,
        course: { remote, metrics: (start, end) => remote.metrics({ start, end }), failed },
      },
      report,
    );
    shown = view.exhibit();
    controls.replaceChildren(...view.controls);
    content.replaceChildren(view.element);
    stage.refreshTable();
  };
  load().catch(failed);
  const stop = model.listen(({ snapshot, layer, rewound }) => {
    if (layer) view?.layerChanged();
    if (snapshot) view?.noteRun({ rewound });
  });
  const exhibit: Exhibit = {
    get help() {
      return shown?.help ?? { title, text: viewWords.help, keys: [] };
    },
    stem: () => shown?.stem() ?? [model.id, viewWords.stem],
    caption: () => shown?.caption() ?? [],
    pictures: () => shown?.pictures() ?? [],
    tables: () => shown?.tables() ?? [],
    key: (event) => shown?.key?.(event) ?? false,
    dispose: () => {
      asking.abort();
      stop();
      shown?.dispose();
    },
  };
  return { exhibit, controls: [controls], content };
};

const supports = (model: RunModel): true | Obstacle => {
  const { snapshot } = model;
  if (snapshot?.record.sharing) return true;
  const layer = hasLayer(model);
  if (layer !== true) return layer.waiting ? { ...notYet, waiting: true } : layer;
  return notShared;
};

export const sharingTab: TabRecord = { id: 'sharing', title, supports, mount };
