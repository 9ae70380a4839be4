/** Mask: the kept weights of the selected layer, and what they are at the selected step. */
import type { LayerSummary } from '../../../src/protocol/run';
import type { TileRange } from '../../../src/core/mask';
import { figure } from '../../format';
import { MatrixPanel, type MatrixSubject } from '../../parts/matrix-panel';
import type { Exhibit } from '../../parts/stage';
import type { RunModel } from '../run/run-model';
import type { Obstacle, TabContext, TabRecord } from '../run/tab';
import { isometryText, runTitle } from '../../../src/protocol/words';
import { hasLayer, layerCaption, stepName } from '../run/words';

const help = {
  title: 'Mask',
  text: [
    'Rows are the outputs of the layer, columns its inputs. A kept weight is drawn in the foreground colour, a pruned one is background.',
    'Weights shows the values at the selected step: blue is negative, orange positive, zero is background. Magnitudes are drawn by their square root.',
    'The bars beside the matrix count the kept weights of each row and column.',
  ],
  keys: [
    ['← ↑ ↓ →', 'Move the cursor (Shift: by ten)'],
    ['+ -', 'Zoom, also with the wheel'],
    ['0', 'Fit'],
    ['w', 'Mask or weights'],
  ],
} as const;

const subjectOf = ({ remote }: TabContext, layer: LayerSummary, step: number): MatrixSubject => {
  const [rows, columns] = layer.shape;
  const { name } = layer;
  const at = { layer: name, step };
  return {
    name,
    maskKey: name,
    words: { kept: 'kept', pruned: 'pruned' },
    axes: { row: 'out', column: 'in' },
    about: `target ${figure(layer.targetDensity)} · at initialisation ${isometryText(layer.singularValues)}`,
    source: {
      rows,
      columns,
      mask: (range: TileRange, signal) => remote.maskTile({ layer: name, ...range }, { signal }),
      weights: (range: TileRange, signal) => remote.weightTile({ ...at, ...range }, { signal }),
      values: (range: TileRange, signal) => remote.valueTile({ ...at, ...range }, { signal }),
    },
  };
};

const supports = (model: RunModel): true | Obstacle =>
  model.layer && model.steps.length === 0 && !model.ended
    ? { title: 'Waiting for the initial weights', explanation: '', waiting: true }
    : hasLayer(model);

export const maskTab: TabRecord = {
  id: 'mask',
  title: 'Mask',
  supports,
  mount: (context) => {
    const { model, stage, prefs } = context;
    const panel = new MatrixPanel(stage.readOut, prefs, context.failed);
    const show = (): void => {
      if (model.layer) panel.show(subjectOf(context, model.layer, model.state.step));
    };
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
        panel.dispose();
      },
    };
    return { exhibit, controls: panel.controls, content: panel.element };
  },
};
