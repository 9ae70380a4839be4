/** What the sections of both reports are made of. */
import { h, type Child } from '../dom';
import { bytes } from '../format';
import { renderTable } from '../parts/table-markup';

export const section = (title: string, ...children: Child[]): HTMLElement =>
  h('section', {}, h('h2', {}, title), ...children);

export const facts = (entries: readonly (readonly [string, string])[]): HTMLElement =>
  h('dl', { class: 'facts' }, ...entries.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]));

export const table = (...parts: Parameters<typeof renderTable>): HTMLElement =>
  h('div', { class: 'table-scroll' }, renderTable(...parts));

/** A config, folded, by its size. */
export const configSection = (title: string, source: string): HTMLElement =>
  section(
    title,
    h('details', {}, h('summary', {}, bytes(new TextEncoder().encode(source).length)), h('pre', {}, source)),
  );
