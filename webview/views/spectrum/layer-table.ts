/** All layers at the selected step: smallest, mean, largest singular value, and what they mean in words. */
import type { LayerSummary, SpectrumSummary } from '../../../src/protocol/run';
import { isometry } from '../../../src/core/spectrum';
import { h } from '../../dom';
import { number, shapeText } from '../../format';
import { renderTable } from '../../parts/table-markup';
import { numeric, text } from '../../parts/table';
import { layersCaption, layersLabel } from './words';
import { isometryText, weightShape } from '../../../src/protocol/words';

export interface LayerRow {
  layer: LayerSummary;
  /** Where the figures are from. */
  step: number;
  summary: SpectrumSummary;
}

const layerColumns = [
  text('layer'),
  text('shape'),
  numeric('density'),
  numeric('min'),
  numeric('mean'),
  numeric('max'),
  text('isometry'),
  numeric('step'),
];

/** The badge says by its shape, too, what the word says. */
export const isometryBadge = (summary: SpectrumSummary): HTMLElement =>
  h('span', { class: 'badge', 'data-isometry': isometry(summary) }, isometryText(summary));

export const layerTable = (
  rows: readonly LayerRow[],
  chosen: string | null,
  choose: (layer: string) => void,
): HTMLElement => {
  const table = renderTable(
    layersCaption,
    layerColumns,
    rows.map((row) => {
      const { layer, summary } = row;
      const name = h(
        'button',
        {
          class: 'link',
          type: 'button',
          'aria-current': layer.name === chosen ? 'true' : undefined,
          on: { click: () => choose(layer.name) },
        },
        layer.name,
      );
      const figures = [layer.density, summary.min, summary.mean, summary.max].map((value) => number(value, undefined));
      return [name, shapeText(weightShape(layer)), ...figures, isometryBadge(summary), row.step];
    }),
  );
  rows.forEach(({ layer }, i) => table.tBodies[0].rows[i].classList.toggle('chosen', layer.name === chosen));
  return h('div', { class: 'table-scroll', tabindex: 0, role: 'region', 'aria-label': layersLabel }, table);
};
