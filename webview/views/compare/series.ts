/** Compared methods as the columns of charts and the rows of tables. */
import type { ComparedMethod, CompareMethod } from '../../../src/protocol/compare';
import type { SpectrumSummary } from '../../../src/protocol/run';
import { methodName } from '../../../src/protocol/words';
import type { Column, SeriesSpec } from '../../drawing/chart-spec';
import { tableOf, type Cell, type Table } from '../../parts/table';
import { layerColumns, layersCaption, summaryColumns, words } from './words';

/** A method, with its place in the comparison: its colour and dash stay when others are hidden. */
export interface Placed {
  method: ComparedMethod;
  place: number;
}

/** What of a cancelled comparison is shown and what is not; nothing of a whole one. */
export const cancelledWords = (drawn: number, notDrawn: readonly CompareMethod[]): string =>
  notDrawn.length === 0 ? '' : words.cancelled(drawn, notDrawn.map(methodName).join(', '));

const dashes = [undefined, [6, 3], [2, 3], [10, 3]];
const colours = 4;

/**
 * Four colours, then the same with other dashes: no two of sixteen are alike, and the first four differ without colour.
 */
export const styleOf = (place: number): Pick<SeriesSpec, 'colour' | 'dash'> => {
  const dash = dashes[(place + Math.floor(place / colours)) % dashes.length];
  return { colour: place % colours, ...(dash && { dash }) };
};

/** The same as classes of a swatch. */
export const swatchOf = (place: number): string => {
  const { colour, dash } = styleOf(place);
  return `${!dash ? 'solid' : dash[0] <= 2 ? 'dotted' : 'dashed'} colour-${colour}`;
};

/** Names of the layers, in the order of the first method that has them all. */
export const layerNames = (methods: readonly ComparedMethod[]): string[] => [
  ...new Set(methods.flatMap(({ layers }) => layers.map(({ name }) => name))),
];

/** Layer number from 1, then each method's density there. */
export const densityData = (methods: readonly Placed[], names: readonly string[]): Column[] => [
  names.map((_, i) => i + 1),
  ...methods.map(({ method }) =>
    names.map((name) => method.layers.find((layer) => layer.name === name)?.density ?? null),
  ),
];

/** Layer number, smallest, mean and largest singular value. On a logarithmic axis there is no place for 0: a gap. */
export const rangeData = (method: ComparedMethod, names: readonly string[], log: boolean): Column[] => {
  const column = (key: 'min' | 'mean' | 'max'): Column =>
    names.map((name) => {
      const value = method.layers.find((layer) => layer.name === name)?.singularValues[key] ?? null;
      return log && value !== null && value <= 0 ? null : value;
    });
  return [names.map((_, i) => i + 1), column('min'), column('mean'), column('max')];
};

/** Index from 1, then each method's singular values of one layer. */
export const spectraData = (methods: readonly Placed[], name: string, log: boolean): Column[] => {
  const values = methods.map(({ method }) => method.layers.find((layer) => layer.name === name)?.values ?? []);
  const longest = Math.max(0, ...values.map(({ length }) => length));
  const index = Array.from({ length: longest }, (_, i) => i);
  return [
    index.map((i) => i + 1),
    ...values.map((one) => index.map((i) => (i < one.length && !(log && one[i] <= 0) ? one[i] : null))),
  ];
};

/** Over all layers of a method; nothing where it could not be run. The mean is of all singular values. */
const overLayers = ({ layers }: ComparedMethod): SpectrumSummary | undefined => {
  if (layers.length === 0) return undefined;
  const all = layers.map(({ singularValues, shape }) => ({ ...singularValues, count: Math.min(...shape) }));
  const count = all.reduce((sum, one) => sum + one.count, 0);
  return {
    min: Math.min(...all.map(({ min }) => min)),
    mean: all.reduce((sum, one) => sum + one.mean * one.count, 0) / count,
    max: Math.max(...all.map(({ max }) => max)),
    dead: all.reduce((sum, { dead }) => sum + dead, 0),
  };
};

/** One row of `summaryColumns`; nothing where there is no such figure. */
export const summaryRow = (method: ComparedMethod): Cell[] => {
  const spectrum = overLayers(method);
  if (!spectrum) return [methodName(method), ...summaryColumns.slice(1).map(() => '')];
  const { jacobian } = method;
  return [
    methodName(method),
    method.nonZeros / method.weights,
    method.nonZeros,
    Math.max(...method.layers.map(({ orthogonalityError }) => orthogonalityError)),
    spectrum.min,
    spectrum.mean,
    spectrum.max,
    spectrum.dead,
    jacobian?.min ?? '',
    jacobian?.mean ?? '',
    jacobian?.max ?? '',
    method.milliseconds,
  ];
};

/** Every figure of every layer: the table twin and the CSV. */
export const layersTable = (methods: readonly ComparedMethod[]): Table =>
  tableOf(
    layersCaption,
    layerColumns,
    methods.flatMap((method) =>
      method.layers.map((layer): Cell[] => {
        const { min, mean, max, dead } = layer.singularValues;
        const { targetDensity, density, nonZeros, orthogonalityError } = layer;
        const figures = [targetDensity, density, nonZeros, orthogonalityError, min, mean, max, dead];
        return [methodName(method), layer.name, ...layer.shape, ...figures];
      }),
    ),
  );
