/** A matrix on the stage, and in its place, when asked for, the rotations that make it. */
import type { TensorInfo } from '../../../src/protocol/views';
import { button } from '../../controls';
import { h } from '../../dom';
import { isCancelled } from '../../errors';
import { failure, skeleton } from '../../parts/states';
import { GivensView } from '../givens/givens-view';
import { loadRotations } from '../givens/load-rotations';
import type { Picture, TensorContext } from './tensor-exhibit';
import { rotationWords } from './words';

/** What the host factors for a view. */
const mostAxes = 512;
const dtypes = new Set(['F64', 'F32', 'F16', 'BF16']);

const reasonAgainst = (dtype: string, rows: number, columns: number): string | undefined => {
  if (!dtypes.has(dtype)) return rotationWords.notFloating(dtype);
  return Math.max(rows, columns) > mostAxes ? rotationWords.tooLarge(mostAxes) : undefined;
};

/** `matrix`: what is shown first, and again after going back. */
export function withRotations(
  { name, dtype }: TensorInfo,
  { rows, columns }: { rows: number; columns: number },
  matrix: Picture,
  { remote, stage, prefs }: TensorContext,
): Picture {
  const toggle = button(rotationWords.play, () => (playing ? back() : play()));
  const inner = h('span', { class: 'controls-inner wide' }, ...matrix.controls);
  const element = h('div', { class: 'fill' }, matrix.element);
  const reason = reasonAgainst(dtype, rows, columns);
  toggle.enabled = reason === undefined;
  toggle.element.title = reason ?? rotationWords.about;
  let playing = false;
  let view: GivensView | undefined;
  let loading = new AbortController();

  const place = (controls: readonly HTMLElement[], content: HTMLElement): void => {
    inner.replaceChildren(...controls);
    element.replaceChildren(content);
    toggle.element.textContent = playing ? rotationWords.back : rotationWords.play;
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
    stage.readOut.say('');
  };
  const play = (): void => {
    stop();
    playing = true;
    loading = new AbortController();
    const { signal } = loading;
    place([], skeleton(rotationWords.factoring));
    loadRotations((range) => remote.rotations({ name, ...range }, { signal }), 0)
      .then((sequence) => {
        if (signal.aborted) return;
        view = new GivensView(name, sequence, undefined, stage.readOut, prefs);
        place(view.controls, view.element);
      })
      .catch((error: unknown) => {
        if (!isCancelled(error) && !signal.aborted) place([], failure(error, []));
      });
  };
  return {
    element,
    controls: [toggle.element, inner],
    canvases: () => (playing ? (view?.pictures() ?? []) : matrix.canvases()),
    tables: () => (playing ? (view ? [view.table()] : []) : matrix.tables()),
    key: (event) => (playing ? view?.key(event) : matrix.key?.(event)) ?? false,
    dispose: () => {
      stop();
      matrix.dispose();
    },
  };
}
