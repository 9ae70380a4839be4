/** What stands where the picture will be: loading, nothing to show, or an error with its remedy. */
import { button } from '../controls';
import { h } from '../dom';
import { sentence } from '../errors';
import { icon } from '../icons';
import { prose } from './prose';

export interface Action {
  text: string;
  press: () => void;
}

const actionRow = (actions: readonly Action[]): HTMLElement =>
  h(
    'div',
    { class: 'actions' },
    ...actions.map(({ text, press }, i) => button(text, press, i === 0 ? 'primary' : 'secondary').element),
  );

/** A grey form of what is coming. */
export const skeleton = (what: string): HTMLElement =>
  h('div', { class: 'state skeleton', role: 'status' }, h('div', { class: 'skeleton-shape' }), h('p', {}, what));

/** Nothing to show is a normal state: what it means and what can be done. */
export const empty = (title: string, explanation: string, actions: readonly Action[] = []): HTMLElement =>
  h(
    'div',
    { class: 'state empty' },
    h('h2', {}, title),
    explanation !== '' && prose(explanation),
    actions.length > 0 && actionRow(actions),
  );

/** The sentence of the error, and what to do about it. */
export const failure = (error: unknown, actions: readonly Action[]): HTMLElement => {
  const { code, message } = sentence(error);
  return h(
    'div',
    { class: 'state failure', role: 'alert' },
    icon('error'),
    prose(message),
    h('p', { class: 'code' }, code),
    actions.length > 0 && actionRow(actions),
  );
};
