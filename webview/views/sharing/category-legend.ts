/** Which colour is which layer. */
import { categoryBackground, categoryOf } from '../../drawing/categories';
import { h } from '../../dom';
import { readTheme } from '../../theme';

export const categoryLegend = (names: readonly string[], chosen: string | null): HTMLElement[] => {
  const theme = readTheme();
  return names.map((name, place) => {
    const swatch = h('span', { class: 'swatch area', 'aria-hidden': 'true' });
    swatch.style.backgroundImage = categoryBackground(categoryOf(place, theme), theme);
    const item = h('li', { class: 'legend-item' }, swatch, name);
    item.classList.toggle('chosen', name === chosen);
    return item;
  });
};
