/** Mask: the kept weights of the selected layer, and what they are at the selected step. */
import type { LayerSummary } from '../../../src/protocol/run';
import type { SharedBy } from '../../../src/protocol/sharing-view';
import type { TileRange } from '../../../src/core/mask';
import { MatrixPanel, type MatrixSubject } from '../../parts/matrix-panel';
import type { Exhibit } from '../../parts/stage';
import type { RunModel } from '../run/run-model';
import type { Obstacle, TabContext, TabRecord } from '../run/tab';
import { runTitle } from '../../../src/protocol/words';
import { hasLayer, layerCaption, stepName } from '../run/words';
import { SharingPicture } from './sharing-picture';
import { aboutLayer, axes, help, kept, waiting } from './words';

const subjectOf = (
  { remote }: TabContext,
  layer: LayerSummary,
  step: number,
  shared: ReturnType<SharingPicture['of']> | undefined,
): MatrixSubject => {
  const [rows, columns] = layer.shape;
  const { name } = layer;
  const at = { layer: name, step };
  return {
    name,
    // Training may change masks: each step has its own.
    maskKey: `${name} ${step}`,
    words: kept,
    axes,
    about: aboutLayer(layer),
    ...(shared && { extra: shared.picture }),
    source: {
      rows,
      columns,
      mask: (range: TileRange, signal) => remote.maskTile({ ...at, ...range }, { signal }),
      weights: (range: TileRange, signal) => remote.weightTile({ ...at, ...range }, { signal }),
      values: (range: TileRange, signal) => remote.valueTile({ ...at, ...range }, { signal }),
      ...(shared && { extra: shared.source }),
    },
  };
};

const supports = (model: RunModel): true | Obstacle =>
  model.layer && model.steps.length === 0 && !model.ended ? { ...waiting, waiting: true } : hasLayer(model);

export const maskTab: TabRecord = {
  id: 'mask',
  title: help.title,
  supports,
  mount: (context) => {
    const { model, remote, stage, prefs, failed } = context;
    const panel = new MatrixPanel(stage.readOut, prefs, failed);
    let sharing: { layers: string[]; most: number } | undefined;
    const by = prefs.get<SharedBy>('mask.sharedBy', ['layer', 'number']);
    const picture = new SharingPicture(
      remote,
      by,
      (chosen) => {
        prefs.set('mask.sharedBy', chosen);
        show();
      },
      failed,
    );
    const show = (): void => {
      const { layer } = model;
      if (!layer) return;
      const isShared = sharing?.layers.includes(layer.name) ?? false;
      const shared = isShared ? picture.of(layer, sharing!.layers, sharing!.most - 1) : undefined;
      panel.show(subjectOf(context, layer, model.state.step, shared));
    };
    if (model.snapshot?.record.sharing)
      remote.sharedLayers({}).then((answer) => {
        sharing = answer;
        show();
      }, failed);
    const stop = model.listen(({ layer, step }) => {
      if (layer || step) {
        show();
        stage.refreshTable();
      }
    });
    show();
    const exhibit: Exhibit = {
      help,
      stem: () => [
        model.id,
        model.state.layer ?? '',
        panel.shownMode,
        ...(panel.shownMode === 'weights' ? [String(model.state.step)] : []),
      ],
      caption: () => [
        model.layer ? layerCaption(model.layer) : '',
        `${runTitle(model.id)} · ${stepName(model.state.step)} · ${panel.shownMode}`,
      ],
      pictures: () => [panel.view.picture()],
      tables: () => panel.tables(),
      key: (event) => panel.key(event),
      dispose: () => {
        stop();
        picture.dispose();
        panel.dispose();
      },
    };
    return { exhibit, controls: panel.controls, content: panel.element };
  },
};
