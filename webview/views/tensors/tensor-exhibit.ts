/** One tensor on the stage: picture by its shape, statistics beside it. */
import type { TileRange } from '../../../src/core/mask';
import type { TensorInfo } from '../../../src/protocol/views';
import { h } from '../../dom';
import { figure, shapeText } from '../../format';
import { MatrixPanel } from '../../parts/matrix-panel';
import type { Exhibit } from '../../parts/stage';
import { numeric, tableOf, type Table } from '../../parts/table';
import { withRotations } from './rotation-picture';
import type { Picture, TensorContext } from './picture';
import { StatisticsPanel } from './statistics-panel';
import { kindOf } from './tensor-kind';
import { VectorView } from './vector-view';
import { help, pictureWords, tableWords } from './words';

export function showTensor(tensor: TensorInfo, context: TensorContext): void {
  const { stage, store } = context;
  const picture = withRotations(tensor, makePicture(tensor, context), context);
  const statistics = new StatisticsPanel(tensor, store, () => stage.refreshTable());
  const facts = `${shapeText(tensor.shape)} · ${tensor.dtype}`;
  const content = h(
    'div',
    { class: 'tensor' },
    h(
      'div',
      { class: 'tensor-head' },
      h('h2', { class: 'tensor-name', title: tensor.name }, tensor.name, h('span', {}, ` ${facts}`)),
      picture.action,
    ),
    h('div', { class: 'tensor-parts' }, picture.element, statistics.element),
  );
  const exhibit: Exhibit = {
    get help() {
      return picture.alone?.()?.help ?? help;
    },
    stem: () => {
      const alone = picture.alone?.();
      const stem = [context.fileName.replace(/\.safetensors$/, ''), tensor.name];
      return alone ? [...stem, alone.fileName] : stem;
    },
    caption: () => {
      const alone = picture.alone?.();
      return [`${tensor.name} · ${facts}`, alone ? `${context.fileName} · ${alone.words}` : context.fileName];
    },
    pictures: () => (picture.alone?.() ? picture.canvases() : [...picture.canvases(), statistics.picture()]),
    tables: () => (picture.alone?.() ? picture.tables() : [...picture.tables(), ...statistics.tables()]),
    key: (event) => picture.key?.(event) ?? false,
    dispose: () => {
      picture.dispose();
      statistics.dispose();
    },
  };
  stage.readOut.say('');
  stage.show(exhibit, picture.controls, content);
}

/** A picture without a button of its own. */
type Still = Omit<Picture, 'action'>;

function makePicture(tensor: TensorInfo, context: TensorContext): Still {
  const kind = kindOf(tensor);
  switch (kind.kind) {
    case 'empty':
      return plain(h('p', { class: 'big-value' }, pictureWords.noElements));
    case 'scalar':
      return scalarPicture(tensor, context);
    case 'vector':
      return vectorPicture(tensor, kind.length, context);
    case 'matrix':
      return matrixPicture(tensor, kind, context);
  }
}

const plain = (element: HTMLElement): Still => ({
  element,
  controls: [],
  canvases: () => [],
  tables: () => [],
  dispose: () => undefined,
});

function scalarPicture({ name }: TensorInfo, { remote, stage, failed }: TensorContext): Still {
  const value = h('p', { class: 'big-value number' });
  let table: Table | undefined;
  remote
    .valueTile({ name, rowStart: 0, rowEnd: 1, columnStart: 0, columnEnd: 1 })
    .then(({ values }) => {
      value.textContent = figure(values[0]);
      value.title = String(values[0]);
      stage.readOut.say(`${name} ${values[0]}`);
      table = tableOf(tableWords.value(name), [numeric(tableWords.columns.value)], [[values[0]]]);
    })
    .catch(failed);
  return { ...plain(value), tables: () => (table ? [table] : []) };
}

function vectorPicture(tensor: TensorInfo, length: number, { remote, stage, failed }: TensorContext): Still {
  const view = new VectorView(tensor, length, stage.readOut);
  const loading = new AbortController();
  view.load(remote, loading.signal).catch(failed);
  return {
    element: view.element,
    controls: [],
    canvases: () => [view.picture()],
    tables: () => [view.table()],
    describe: () => view.describe(undefined),
    dispose: () => {
      loading.abort();
      view.dispose();
    },
  };
}

function matrixPicture(
  tensor: TensorInfo,
  { rows, columns }: { rows: number; columns: number },
  { remote, stage, prefs, failed }: TensorContext,
): Still {
  const { name, shape } = tensor;
  const panel = new MatrixPanel(stage.readOut, prefs, failed);
  panel.show({
    name,
    maskKey: name,
    words: pictureWords.nonZero,
    about: shape.length > 2 ? pictureWords.asMatrix(rows, columns) : '',
    source: {
      rows,
      columns,
      mask: (range: TileRange, signal) => remote.maskTile({ name, ...range }, { signal }),
      weights: (range: TileRange, signal) => remote.weightTile({ name, ...range }, { signal }),
      values: (range: TileRange, signal) => remote.valueTile({ name, ...range }, { signal }),
    },
  });
  return {
    element: panel.element,
    controls: panel.controls,
    canvases: () => [panel.view.picture()],
    tables: () => panel.tables(),
    key: (event) => panel.key(event),
    describe: () => panel.describe(),
    dispose: () => panel.dispose(),
  };
}
