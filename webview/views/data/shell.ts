/**
 * The panel of a config's data: how many examples, of which classes, the first of them, and the range of their values.
 */
import type { DataPreview, DataViewApi, DataViewEvents, DataViewState } from '../../../src/protocol/data-preview';
import type { Bridge } from '../../bridge';
import { button } from '../../controls';
import { h, setText } from '../../dom';
import { isCancelled } from '../../errors';
import { count, figure } from '../../format';
import { failure, skeleton } from '../../parts/states';
import { words } from './words';

type Example = DataPreview['examples'][number];

/** A picture as the network sees it, pixel by pixel. */
function pictureOf({ width, height, rgb }: NonNullable<Example['pixels']>, label: string): HTMLCanvasElement {
  const canvas = h('canvas', { width, height, role: 'img', 'aria-label': label });
  const pixels = new ImageData(width, height);
  for (let p = 0; p < width * height; p++) {
    for (let c = 0; c < 3; c++) pixels.data[4 * p + c] = rgb[3 * p + c];
    pixels.data[4 * p + 3] = 255;
  }
  canvas.getContext('2d')?.putImageData(pixels, 0, 0);
  return canvas;
}

function examplesOf({ examples, classes }: DataPreview): HTMLElement {
  const name = (label: number): string => classes.at(label)?.name ?? String(label);
  if (examples.every(({ pixels }) => pixels))
    return h(
      'ul',
      { class: 'data-pictures' },
      ...examples.map(({ label, pixels }, i) =>
        h(
          'li',
          { title: name(label) },
          pictureOf(pixels!, words.example(i + 1, name(label))),
          h('span', {}, name(label)),
        ),
      ),
    );
  return h(
    'table',
    { class: 'data-values' },
    h('thead', {}, h('tr', {}, h('th', {}, words.className), h('th', {}, words.firstValues))),
    h(
      'tbody',
      {},
      ...examples.map(({ label, values = [] }) =>
        h('tr', {}, h('td', {}, name(label)), h('td', {}, values.map((value) => figure(value)).join('  '))),
      ),
    ),
  );
}

function classesOf({ classes, train }: DataPreview): HTMLElement {
  const most = Math.max(1, ...classes.map((one) => one.count));
  const rows = classes.map((one) => {
    const bar = h('span', { class: 'data-bar' });
    bar.style.width = `${(100 * one.count) / most}%`;
    return h(
      'tr',
      {},
      h('th', { scope: 'row', title: one.name }, one.name),
      h('td', { class: 'data-bars' }, bar),
      h('td', {}, count(one.count)),
      h('td', {}, `${((100 * one.count) / Math.max(1, train)).toFixed(1)} %`),
    );
  });
  const heads = [words.className, '', words.examples, words.share].map((text) => h('th', { scope: 'col' }, text));
  return h('table', { class: 'data-classes' }, h('thead', {}, h('tr', {}, ...heads)), h('tbody', {}, ...rows));
}

const section = (title: string, ...content: (HTMLElement | false)[]): HTMLElement =>
  h('section', {}, h('h2', {}, title), ...content);

function contentOf(preview: DataPreview): HTMLElement[] {
  const { classes, classCount, values, warnings } = preview;
  return [
    ...warnings.map((warning) => h('p', { class: 'note', role: 'status' }, warning)),
    section(words.first, examplesOf(preview)),
    section(words.values, h('p', {}, words.range(values))),
    section(
      words.classes,
      classes.length < classCount && h('p', {}, words.more(classes.length, classCount)),
      classesOf(preview),
    ),
  ];
}

const factsOf = ({ source, train, validation, byTest, picture, inputs, classCount }: DataPreview): string =>
  [
    source,
    words.training(train),
    words.validating(validation, byTest),
    picture ? words.picture(picture) : words.vector(inputs),
    words.classCount(classCount),
  ].join(' · ');

export function mountData(root: HTMLElement, bridge: Bridge, { configPath }: DataViewState): void {
  const peer = bridge.connect<DataViewApi, DataViewEvents>();
  const title = h('h1', {});
  const facts = h('span', { class: 'fact' });
  const body = h('main', { class: 'data-body' });
  const again = button(words.again, () => void load());
  root.append(
    h(
      'div',
      { class: 'data-page' },
      h('header', { class: 'run-header' }, title, facts, h('span', { class: 'header-actions' }, again.element)),
      body,
    ),
  );
  /** A reading that was asked for while another went on takes its place. */
  let loads = 0;
  const load = async (): Promise<void> => {
    const mine = ++loads;
    setText(facts, '');
    body.replaceChildren(skeleton(words.reading));
    try {
      const preview = await peer.remote.preview({});
      if (mine !== loads) return;
      setText(title, preview.config);
      setText(facts, factsOf(preview));
      body.replaceChildren(...contentOf(preview));
    } catch (error) {
      if (mine !== loads || isCancelled(error)) return;
      body.replaceChildren(failure(error, [{ text: words.tryAgain, press: () => void load() }]));
    }
  };
  bridge.keep({ configPath });
  peer.on('changed', () => void load());
  void load();
}
