/** Which keys a page may take for itself, without taking them from the control that has the focus. */

const forText = 'input:not([type=radio]):not([type=range]):not([type=checkbox]), textarea';
/** Controls that use arrows, space and letters themselves. */
const forControls =
  'vscode-dropdown, vscode-button, vscode-checkbox, input, button, summary, [role=tab], [role=listbox]';
const ofControls = new Set([
  ' ',
  'Enter',
  'ArrowLeft',
  'ArrowRight',
  'ArrowUp',
  'ArrowDown',
  'Home',
  'End',
  'PageUp',
  'PageDown',
]);
const ofScrolling = new Set([...ofControls].filter((key) => key !== 'Enter'));

/** Whether the page's own shortcuts may act on this key. */
export function isFree(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || document.querySelector('dialog[open]')) return false;
  const target = event.target instanceof Element ? event.target : document.body;
  if (target.closest(forText)) return false;
  // The chosen tab has no use for Space, nor any tab for keys with Alt: after a click on it they are the view's.
  if (target.closest('[role=tab][aria-selected=true]') && (event.key === ' ' || event.altKey)) return true;
  if (target.closest(forControls)) return !ofControls.has(event.key);
  if (target.closest('.table-scroll')) return !ofScrolling.has(event.key);
  return true;
}
