/** Spectrum: singular values of the selected layer and of the input-output Jacobian, at the selected step. */
import { isometryText } from '../../../src/protocol/words';
import type { Exhibit } from '../../parts/stage';
import type { RunModel } from '../run/run-model';
import type { Mounted, TabContext, TabRecord } from '../run/tab';
import { hasLayer } from '../run/words';
import { SpectrumView } from './spectrum-view';
import { caption, help } from './words';

const mount = (context: TabContext): Mounted => {
  const { model } = context;
  const view = new SpectrumView(context);
  const stop = model.listen(({ tab, layer, step, rewound }) => {
    if (rewound) view.forget();
    if (!tab) view.update({ chosen: layer || step || rewound });
  });
  const exhibit: Exhibit = {
    help,
    stem: () => [model.id, model.state.layer ?? '', 'spectrum', String(view.now?.step ?? 0)],
    caption: () => {
      const { now } = view;
      return [caption(model.id, model.state.layer ?? '', now?.step ?? 0), now ? isometryText(now.summary) : ''];
    },
    pictures: () => view.charts(),
    tables: () => view.tables(),
    dispose: () => {
      stop();
      view.dispose();
    },
  };
  return { exhibit, controls: [], content: view.element };
};

export const spectrumTab: TabRecord = {
  id: 'spectrum',
  title: help.title,
  supports: (model: RunModel) => hasLayer(model),
  mount,
};
