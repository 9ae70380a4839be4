/** What a view shows and which keys it knows. */
import { iconButton } from '../controls';
import { h } from '../dom';
import { words } from '../words';

export interface HelpTopic {
  title: string;
  /** A few sentences: what is seen, and how to read it. */
  text: readonly string[];
  /** Keys of this view: what to press, what it does. */
  keys: readonly (readonly [string, string])[];
}

/** Opens over the page; Escape closes it, and the focus goes back to where it was. */
export function showHelp(topic: HelpTopic, common: HelpTopic['keys']): void {
  const dialog = h('dialog', { class: 'help', 'aria-label': topic.title });
  const close = iconButton('close', words.close, () => dialog.close(), 'Escape');
  const keyRow = ([key, what]: readonly [string, string]): HTMLElement[] => [
    h('dt', {}, ...key.split(' ').map((part) => h('kbd', {}, part))),
    h('dd', {}, what),
  ];
  dialog.append(
    h('header', {}, h('h2', {}, topic.title), close.element),
    ...topic.text.map((paragraph) => h('p', {}, paragraph)),
    h('dl', {}, ...[...topic.keys, ...common].flatMap(keyRow)),
  );
  dialog.addEventListener('close', () => dialog.remove());
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
}
