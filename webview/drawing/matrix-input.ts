/** Wheel, pointer and keys of a matrix: which gesture does what. */
import type { Cell } from './matrix-overlay';
import type { Extent } from './viewport';

/** CSS pixels from the corner of the view. */
interface Place {
  x: number;
  y: number;
}

/** What gestures may do to a matrix view. */
export interface MatrixHandles {
  cursor(): Cell | undefined;
  extent(): Extent;
  /** The first element that is seen. */
  origin(): Cell;
  zoomAt(factor: number, place: Place): void;
  zoomIn(): void;
  zoomOut(): void;
  fit(): void;
  /** Puts the cursor on an element and brings it into sight. */
  jump(cell: Cell): void;
  /** Puts the cursor on what lies there. */
  point(place: Place): void;
  leave(): void;
  pan(x: number, y: number): void;
}

/** Rows and columns that Shift makes of one. */
const far = 10;
/** A wheel tells pixels or lines; so much of either is one factor of e. */
const wheelStep = { pixels: 400, lines: 12 };

const turns: Record<string, readonly [number, number]> = {
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
};

/** True when the key was for the matrix. */
export function matrixKey(event: KeyboardEvent, handles: MatrixHandles): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const turn = turns[event.key] as readonly [number, number] | undefined;
  const at = handles.cursor();
  if (turn) handles.jump(at ? moved(at, turn, event.shiftKey ? far : 1, handles.extent()) : handles.origin());
  else if (event.key === '+' || event.key === '=') handles.zoomIn();
  else if (event.key === '-') handles.zoomOut();
  else if (event.key === '0') handles.fit();
  else if (event.key === 'Home' && at) handles.jump({ ...at, column: 0 });
  else if (event.key === 'End' && at) handles.jump({ ...at, column: handles.extent().columns - 1 });
  else return false;
  return true;
}

/** Not past the ends. */
const moved = (from: Cell, [down, across]: readonly [number, number], by: number, extent: Extent): Cell => {
  const within = (value: number, limit: number): number => Math.max(0, Math.min(limit - 1, value));
  return {
    row: within(from.row + by * down, extent.rows),
    column: within(from.column + by * across, extent.columns),
  };
};

export function listenToPointer(element: HTMLElement, handles: MatrixHandles): void {
  let drag: Place | undefined;
  const place = (event: MouseEvent): Place => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  element.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      const step = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? wheelStep.pixels : wheelStep.lines;
      handles.zoomAt(Math.exp(-event.deltaY / step), place(event));
    },
    { passive: false },
  );
  element.addEventListener('pointerdown', (event) => {
    drag = place(event);
    element.setPointerCapture(event.pointerId);
  });
  element.addEventListener('pointermove', (event) => {
    const at = place(event);
    if (drag && event.buttons !== 0) {
      handles.pan(at.x - drag.x, at.y - drag.y);
      drag = at;
    }
    handles.point(at);
  });
  element.addEventListener('pointerup', () => {
    drag = undefined;
  });
  element.addEventListener('pointerleave', () => {
    // A cursor set by keys stays while the view has the focus.
    if (document.activeElement !== element) handles.leave();
  });
  element.addEventListener('dblclick', () => handles.fit());
}
