/** The layers a config comes to, as Markdown. Names passed the config's check: letters, digits, `_` and `-`. */
import type { LayerPlan } from '../../config/layer-plans';
import type { NetworkPlan } from '../../config/plan';
import { tensorShape } from '../../core/density/layer-shape';
import { count } from '../../core/figure';
import { shapeText, significant } from '../format';
import { words } from './words';

/** Of a long network the first and the last layers say enough, and a hover stays small. */
const mostRows = 12;
const lastRows = 2;

/** Hovers set columns close together: a space of its own keeps the numbers apart. */
const gap = '&emsp;';

const row = (cells: readonly string[]): string => `| ${cells.join(` | ${gap}`)} |`;

const undecided = ({ decidedBy = 'scores' }: LayerPlan): string => words.decidedBy[decidedBy]();

const layerRow = (layer: LayerPlan): string =>
  row([
    layer.name,
    shapeText(tensorShape(layer)),
    layer.targetDensity === undefined ? undecided(layer) : significant(layer.targetDensity),
    `${layer.targetNonZeros === undefined ? undecided(layer) : count(layer.targetNonZeros)} / ${count(layer.weights)}`,
    count(layer.weights + layer.biases),
  ]);

const head = (): string[] => [row(words.columns()), '| --- | --- | ---: | ---: | ---: |'];

const shortened = (layers: readonly LayerPlan[]): string[] => {
  if (layers.length <= mostRows) return layers.map(layerRow);
  const first = layers.slice(0, mostRows - lastRows - 1);
  const last = layers.slice(-lastRows);
  const between = row([words.more(count(layers.length - first.length - last.length)), '', '', '', '']);
  return [...first.map(layerRow), between, ...last.map(layerRow)];
};

/** Layer, shape (out x in), density, non-zeros, parameters; and their total. */
export const planTable = ({ layers, density, nonZeros, weights, parameters }: NetworkPlan): string =>
  [
    ...head(),
    ...shortened(layers),
    row([
      `**${words.total()}**`,
      '',
      density === undefined ? words.decidedBy.pattern() : significant(density),
      `${nonZeros === undefined ? words.decidedBy.pattern() : count(nonZeros)} / ${count(weights)}`,
      count(parameters),
    ]),
  ].join('\n');

/** The same of one layer, or of those that one entry makes. */
export const layersTable = (layers: readonly LayerPlan[]): string => [...head(), ...layers.map(layerRow)].join('\n');
