import { h } from '../dom';

/** Text with `code` in it. */
export const prose = (text: string): HTMLElement =>
  h('p', {}, ...text.split('`').map((part, i) => (i % 2 === 1 ? h('code', {}, part) : part)));
