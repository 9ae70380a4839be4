/** The custom editor of a tensor file: list on the left, the chosen tensor on the right. */
import type {
  TensorFileSummary,
  TensorInfo,
  TensorViewApi,
  TensorViewEvents,
  ViewBoot,
} from '../../../src/protocol/views';
import type { Bridge } from '../../bridge';
import { textField } from '../../controls';
import { h, setText } from '../../dom';
import { isCancelled, sentence } from '../../errors';
import { isFree } from '../../parts/keys';
import { Prefs } from '../../parts/prefs';
import { Stage } from '../../parts/stage';
import { empty, failure, skeleton } from '../../parts/states';
import { StatisticsStore } from './statistics-store';
import { showTensor } from './tensor-exhibit';
import { filterTensors } from './tensor-kind';
import { TensorList } from './tensor-list';
import { shellWords } from './words';

type TensorState = Extract<ViewBoot, { view: 'tensors' }>['state'];
interface KeptTensorView extends TensorState {
  prefs?: unknown;
}

/** Most that one answer holds. */
const pageLength = 2_000;
const undecodable = 'safetensors.not-decodable';

const lastState = (boot: TensorState, kept: unknown): KeptTensorView => {
  const state = kept as Partial<KeptTensorView> | null | undefined;
  return state?.uri === boot.uri ? { ...boot, ...state } : boot;
};

export function mountTensors(root: HTMLElement, bridge: Bridge, boot: TensorState): void {
  const peer = bridge.connect<TensorViewApi, TensorViewEvents>();
  const { remote } = peer;
  const state = lastState(boot, bridge.kept);
  const prefs = new Prefs(state.prefs, () => keep());
  const keep = (): void => bridge.keep({ uri: boot.uri, tensor: chosen ?? null, prefs: prefs.toJSON() });
  const stage = new Stage({
    save: (chunk) => remote.save(chunk),
    keys: shellWords.keys,
  });
  let chosen = state.tensor ?? undefined;
  let all: readonly TensorInfo[] = [];
  let filter = '';
  let fileName = '';
  let store = new StatisticsStore(remote, () => list.refresh());

  const title = h('h1', {});
  const facts = h('span', { class: 'fact' });
  const problem = h('p', { class: 'file-problem verdict', 'data-verdict': 'warn', role: 'status' });
  const metadata = h('div', { class: 'metadata' });
  const filterField = textField(shellWords.filterLabel, shellWords.filter, (value) => {
    filter = value;
    showList();
  });
  const list = new TensorList({
    choose: (tensor) => choose(tensor),
    density: (name) => store.get(name)?.density,
    seen: (tensors) => store.want(tensors),
  });
  const main = h('main', { class: 'panel' }, stage.element);
  root.append(
    h(
      'div',
      { class: 'tensor-view' },
      h('header', { class: 'run-header' }, title, facts),
      problem,
      h(
        'div',
        { class: 'split' },
        h('nav', { class: 'side' }, h('div', { class: 'filter' }, filterField.element), metadata, list.element),
        main,
      ),
    ),
  );

  const showList = (): void => list.show(filterTensors(all, filter), all.length);
  const fail = (error: unknown): void => {
    if (isCancelled(error)) return;
    const { code, message } = sentence(error);
    if (code === undecodable) stage.showState(empty(shellWords.undecodable, message));
    else stage.showState(failure(error, [{ text: shellWords.again, press: () => void load() }]));
  };
  const choose = (tensor: TensorInfo): void => {
    if (tensor.name === chosen && stage.shows) return;
    chosen = tensor.name;
    keep();
    list.mark(chosen);
    showTensor(tensor, { remote, stage, prefs, store, fileName, failed: fail });
  };

  const load = async (): Promise<void> => {
    try {
      const summary = await remote.summary({});
      ({ fileName } = summary);
      showHeader(summary);
      const tensors: TensorInfo[] = [];
      while (tensors.length < summary.tensors) {
        const page = await remote.tensors({ start: tensors.length, end: tensors.length + pageLength });
        if (page.length === 0) break;
        tensors.push(...page);
      }
      all = tensors;
      showList();
      const again = tensors.find(({ name }) => name === chosen) ?? tensors.at(0);
      if (again) choose(again);
      else stage.showState(empty(shellWords.noTensors, shellWords.noTensorsHint));
    } catch (error) {
      fail(error);
    }
  };
  const showHeader = (summary: TensorFileSummary): void => {
    setText(title, summary.fileName);
    setText(facts, shellWords.facts(summary));
    facts.title = shellWords.exactSize(summary.size);
    setText(problem, summary.problem === undefined ? '' : shellWords.notRecovered(summary.problem));
    const entries = Object.entries(summary.metadata);
    metadata.replaceChildren(...(entries.length > 0 ? [metadataList(entries)] : []));
  };

  document.addEventListener('keydown', (event) => {
    if (!isFree(event)) return;
    if (event.key === '/') filterField.element.focus();
    else if (!stage.key(event)) return;
    event.preventDefault();
  });
  peer.on('changed', () => {
    // Another file under the same name: nothing that was read of it counts any more.
    store.dispose();
    store = new StatisticsStore(remote, () => list.refresh());
    stage.clear();
    void load();
  });
  stage.showState(skeleton(shellWords.reading));
  void load();
}

const metadataList = (entries: readonly (readonly [string, string])[]): HTMLElement =>
  h(
    'details',
    {},
    h('summary', {}, shellWords.metadata(entries.length)),
    h(
      'dl',
      { class: 'facts' },
      ...entries.flatMap(([key, value]) => [h('dt', { title: key }, key), h('dd', { title: value }, value)]),
    ),
  );
