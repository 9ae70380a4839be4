/** Givens: the rotation sequence behind the initial weights of the selected layer. */
import { h } from '../../dom';
import { isCancelled } from '../../errors';
import { count } from '../../format';
import { skeleton } from '../../parts/states';
import type { Exhibit } from '../../parts/stage';
import type { RunModel } from '../run/run-model';
import type { Obstacle, TabRecord } from '../run/tab';
import { runTitle } from '../../../src/protocol/words';
import { hasLayer, layerCaption } from '../run/words';
import { GivensView } from './givens-view';
import { loadRotations } from './load-rotations';

/** The page replays the sequence in its own memory: above this many weights it would not be smooth, nor small. */
const mostWeights = 1 << 24;

const help = {
  title: 'Givens',
  text: [
    'An exact orthogonal initialisation starts from the identity and turns two axes at a time by an angle. Each rotation keeps all singular values at 1 and joins the supports of its two axes, so the density grows until it reaches the target.',
    'The two axes turned last are marked by lines and arrows. The chart shows the density after each rotation, the density to be expected after so many random rotations, and the target.',
    'When the state before the last rotation is nearer to the target, the last rotation is undone: it is shown, but not in the weights.',
  ],
  keys: [
    ['Space', 'Play and pause'],
    ['Alt+→ Alt+←', 'One rotation on or back'],
    ['Home End', 'The identity, the initial weights'],
    ['← ↑ ↓ →', 'Move the cursor (Shift: by ten)'],
    ['+ - 0', 'Zoom, fit'],
  ],
} as const;

const supports = (model: RunModel): true | Obstacle => {
  const { layer } = model;
  if (!layer) return hasLayer(model);
  if (layer.rotations === 0)
    return layer.init === 'base'
      ? {
          title: `${layer.name} has no rotation sequence`,
          explanation: `${layer.name} was initialised with \`base\`: a dense orthogonal matrix times a random mask, without rotations. Set \`sparsity.init: eoi\` in the config to get a sequence.`,
        }
      : {
          title: `${layer.name} is the identity`,
          explanation: `Its density is the least that an orthogonal matrix can have, so no rotation was drawn.`,
        };
  if (layer.shape[0] * layer.shape[1] > mostWeights)
    return {
      title: `${layer.name} is too large to replay here`,
      explanation: `It has ${count(layer.shape[0] * layer.shape[1])} weights. Its rotations are in \`rotations/\` of the run folder; the Mask tab shows the result.`,
    };
  if (model.steps.length === 0 && !model.ended)
    return { title: 'Waiting for the rotations to be written', explanation: '', waiting: true };
  return true;
};

export const givensTab: TabRecord = {
  id: 'givens',
  title: 'Givens',
  supports,
  mount: ({ model, remote, stage, prefs, failed }) => {
    const controls = h('span', { class: 'controls-inner wide' });
    const content = h('div', { class: 'fill' }, skeleton('Reading the rotations'));
    let view: GivensView | undefined;
    let loading = new AbortController();

    const show = async (): Promise<void> => {
      loading.abort();
      loading = new AbortController();
      const { signal } = loading;
      const { layer } = model;
      if (!layer) return;
      try {
        const seed = model.snapshot?.record.seed ?? 0;
        const sequence = await loadRotations(remote, layer.name, seed, signal);
        if (signal.aborted) return;
        view?.dispose();
        view = new GivensView(layer.name, sequence, layer.targetDensity, stage.readOut, prefs);
        controls.replaceChildren(...view.controls);
        content.replaceChildren(view.element);
        stage.refreshTable();
      } catch (error) {
        if (!isCancelled(error) && !signal.aborted) failed(error);
      }
    };
    const stop = model.listen(({ layer }) => {
      if (layer && supports(model) === true) void show();
    });
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
