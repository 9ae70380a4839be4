/** A tensor on the stage, and in its place, when asked for, the rotations that make it, or of which it is a record. */
import { factoredDtypes, type TensorInfo } from '../../../src/protocol/views';
import { button } from '../../controls';
import { h, setText } from '../../dom';
import { isCancelled } from '../../errors';
import { empty, failure, skeleton } from '../../parts/states';
import { GivensView } from '../givens/givens-view';
import { loadRotations, type Played } from '../givens/load-rotations';
import { foundHelp, reading, recordedHelp } from '../givens/words';
import { GroupField, divisors } from './group-field';
import type { Picture, TensorContext } from './picture';
import { kindOf } from './tensor-kind';
import { rotationWords, statisticsWords } from './words';

/** What is quick needs no bar. */
const slow = 500;

const reasonAgainst = (tensor: TensorInfo): string | undefined => {
  if (tensor.sequence !== undefined) return undefined;
  if (kindOf(tensor).kind !== 'matrix') return rotationWords.notAMatrix;
  return factoredDtypes.some((known) => known === tensor.dtype) ? undefined : rotationWords.notFloating(tensor.dtype);
};

/** What stands there until the rotations have come; after a while with how far it is, and a way out. */
class Waiting {
  readonly element = skeleton(rotationWords.factoring);
  private readonly bar = h('progress', { max: 1, value: 0, 'aria-label': rotationWords.progress });
  private readonly late: ReturnType<typeof setTimeout>;

  constructor(cancel: () => void) {
    const stop = button(statisticsWords.cancel, cancel);
    this.late = setTimeout(() => this.element.append(this.bar, stop.element), slow);
  }

  show(what: string, share: number): void {
    setText(this.element.querySelector('p')!, what);
    this.bar.value = share;
  }

  over(): void {
    clearTimeout(this.late);
  }
}

/** `still`: what is shown first, and again after going back. */
export function withRotations(
  tensor: TensorInfo,
  still: Omit<Picture, 'action'>,
  { remote, stage, prefs }: TensorContext,
): Picture {
  const { name, sequence: recorded } = tensor;
  const [play, back] = recorded === undefined ? rotationWords.ofMatrix : rotationWords.recorded(recorded);
  const toggle = button(play.text, () => (playing ? goBack() : start()));
  const inner = h('span', { class: 'controls-inner wide' });
  const element = h('div', { class: 'fill' });
  const reason = reasonAgainst(tensor);
  toggle.enabled = reason === undefined;
  let playing = false;
  let view: GivensView | undefined;
  let loading = new AbortController();
  const field =
    recorded === undefined ? new GroupField(tensor.shape[0] ?? 1, tensor.groups ?? 1, () => start()) : undefined;

  const place = (controls: readonly HTMLElement[], content: HTMLElement): void => {
    inner.replaceChildren(...controls);
    element.replaceChildren(content);
    element.dataset['alone'] = String(playing);
    const next = playing ? back : play;
    toggle.element.textContent = next.text;
    toggle.element.title = reason ?? next.about;
    stage.refreshTable();
  };
  /** The choice of groups stays while another one's rotations are found, and where there are none. */
  const placePlayed = (controls: readonly HTMLElement[], content: HTMLElement): void =>
    place(field ? [field.element, ...controls] : controls, content);
  const stop = (): void => {
    loading.abort();
    view?.dispose();
    view = undefined;
  };
  const goBack = (): void => {
    stop();
    playing = false;
    place(still.controls, still.element);
    still.describe?.();
  };
  const begin = (sequence: Played): void => {
    const shown = recorded ?? (field && field.groups > 1 ? rotationWords.group(name, field.group, field.groups) : name);
    view = new GivensView(shown, sequence, undefined, stage.readOut, prefs);
    placePlayed(view.controls, view.element);
    view.start();
  };
  const start = (): void => {
    stop();
    playing = true;
    loading = new AbortController();
    const { signal } = loading;
    stage.readOut.say('');
    if (field?.wrong !== undefined) {
      const { title, explanation } = rotationWords.noGroups(field.wrong, name, divisors(tensor.shape[0]));
      placePlayed([], empty(title, explanation));
      return;
    }
    const waiting = new Waiting(goBack);
    placePlayed([], waiting.element);
    const onProgress = ({ done, total }: { done: number; total: number }): void =>
      waiting.show(rotationWords.factoring, done / total);
    const asked = { name, ...(field && { groups: field.groups, group: field.group }) };
    loadRotations(
      (range) => remote.rotations({ ...asked, ...range }, { signal, onProgress }),
      0,
      (share) => waiting.show(reading, share),
    )
      .then((sequence) => {
        if (!signal.aborted) begin(sequence);
      })
      .catch((error: unknown) => {
        if (!isCancelled(error) && !signal.aborted) placePlayed([], failure(error, []));
      })
      .finally(() => waiting.over());
  };
  const key = (event: KeyboardEvent): boolean => {
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (plain && ((event.key === 'p' && toggle.enabled) || (event.key === 'Escape' && playing))) {
      if (playing) goBack();
      else start();
      return true;
    }
    return (playing ? view?.key(event) : still.key?.(event)) ?? false;
  };
  place(still.controls, still.element);
  return {
    element,
    controls: [inner],
    action: toggle.element,
    canvases: () => (playing ? (view?.pictures() ?? []) : still.canvases()),
    tables: () => (playing ? (view ? [view.table()] : []) : still.tables()),
    key,
    alone: () =>
      playing
        ? {
            help: recorded === undefined ? foundHelp : recordedHelp,
            fileName: rotationWords.fileName(field?.groups ?? 1, field?.group ?? 0),
            words: view?.words ?? '',
          }
        : undefined,
    dispose: () => {
      stop();
      still.dispose();
    },
  };
}
