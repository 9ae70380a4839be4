/** A matrix on the stage, and in its place, when asked for, the rotations that make it. */
import { factoredDtypes, mostPlayedAxes, type TensorInfo } from '../../../src/protocol/views';
import { button } from '../../controls';
import { h } from '../../dom';
import { isCancelled } from '../../errors';
import { failure, skeleton } from '../../parts/states';
import { GivensView } from '../givens/givens-view';
import { loadRotations } from '../givens/load-rotations';
import { foundHelp } from '../givens/words';
import type { Picture, TensorContext } from './tensor-exhibit';
import { rotationWords, statisticsWords } from './words';

/** What is quick needs no bar. */
const slow = 500;

const reasonAgainst = (dtype: string, rows: number, columns: number): string | undefined => {
  if (!factoredDtypes.some((known) => known === dtype)) return rotationWords.notFloating(dtype);
  return Math.max(rows, columns) > mostPlayedAxes ? rotationWords.tooLarge(rows, columns) : undefined;
};

/** In the place of the button that plays, for a tensor that is no matrix. */
export const notPlayable = (): HTMLElement => {
  const never = button(rotationWords.play, () => undefined);
  never.enabled = false;
  never.element.title = rotationWords.notAMatrix;
  return never.element;
};

/** `matrix`: what is shown first, and again after going back. */
export function withRotations(
  { name, dtype }: TensorInfo,
  { rows, columns }: { rows: number; columns: number },
  matrix: Omit<Picture, 'action'>,
  { remote, stage, prefs }: TensorContext,
): Picture {
  const toggle = button(rotationWords.play, () => turn());
  const inner = h('span', { class: 'controls-inner' });
  const element = h('div', { class: 'fill' });
  const reason = reasonAgainst(dtype, rows, columns);
  toggle.enabled = reason === undefined;
  let playing = false;
  let view: GivensView | undefined;
  let loading = new AbortController();

  const place = (controls: readonly HTMLElement[], content: HTMLElement): void => {
    inner.replaceChildren(...controls);
    element.replaceChildren(content);
    element.dataset['alone'] = String(playing);
    toggle.element.textContent = playing ? rotationWords.back : rotationWords.play;
    toggle.element.title = reason ?? (playing ? rotationWords.aboutBack : rotationWords.about);
    stage.refreshTable();
  };
  const stop = (): void => {
    loading.abort();
    view?.dispose();
    view = undefined;
  };
  const back = (): void => {
    stop();
    playing = false;
    place(matrix.controls, matrix.element);
    matrix.describe?.();
  };
  const play = (): void => {
    playing = true;
    loading = new AbortController();
    const { signal } = loading;
    const bar = h('progress', { max: 1, value: 0, 'aria-label': rotationWords.progress });
    const waiting = skeleton(rotationWords.factoring);
    const late = setTimeout(() => waiting.append(bar, button(statisticsWords.cancel, back).element), slow);
    stage.readOut.say('');
    place([], waiting);
    const onProgress = ({ done, total }: { done: number; total: number }): void => {
      bar.value = done / total;
    };
    loadRotations((range) => remote.rotations({ name, ...range }, { signal, onProgress }), 0)
      .then((sequence) => {
        if (signal.aborted) return;
        view = new GivensView(name, sequence, undefined, stage.readOut, prefs);
        place(view.controls, view.element);
        view.start();
      })
      .catch((error: unknown) => {
        if (!isCancelled(error) && !signal.aborted) place([], failure(error, []));
      })
      .finally(() => clearTimeout(late));
  };
  const turn = (): void => (playing ? back() : play());
  const key = (event: KeyboardEvent): boolean => {
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (plain && ((event.key === 'p' && toggle.enabled) || (event.key === 'Escape' && playing))) {
      turn();
      return true;
    }
    return (playing ? view?.key(event) : matrix.key?.(event)) ?? false;
  };
  place(matrix.controls, matrix.element);
  return {
    element,
    controls: [inner],
    action: toggle.element,
    canvases: () => (playing ? (view?.pictures() ?? []) : matrix.canvases()),
    tables: () => (playing ? (view ? [view.table()] : []) : matrix.tables()),
    key,
    alone: () =>
      playing ? { help: foundHelp, fileName: rotationWords.fileName, words: view?.words ?? '' } : undefined,
    dispose: () => {
      stop();
      matrix.dispose();
    },
  };
}
