/** `sparsescope density CONFIG`: what each layer was to keep and what it keeps, drawn as a run would draw it. */
import { count } from '../../core/figure';
import type { InitialLayer } from '../../protocol/engine';
import { exitCode, layerWarnings } from '../errors';
import type { ExitCode } from '../errors';
import { quietContext } from '../follow';
import type { Output } from '../output';
import { printJson } from '../output';
import { significant, table } from '../table';
import { allLayers, headings } from '../words';
import { withConfig } from '../with-config';

const sum = (layers: readonly InitialLayer[], value: (layer: InitialLayer) => number): number =>
  layers.reduce((total, layer) => total + value(layer), 0);

const size = ({ shape }: InitialLayer): number => shape.reduce((a, b) => a * b);

export const densityTable = (layers: readonly InitialLayer[]): string => {
  const maskable = layers.filter(({ dense }) => !dense);
  const weights = sum(maskable, size);
  const kept = sum(maskable, ({ nonZeros }) => nonZeros);
  const target = sum(maskable, (layer) => layer.targetDensity * size(layer)) / weights;
  // Only where a pattern was wanted.
  const led = layers.some(({ details }) => details?.overlap !== undefined);
  const overlap = (value?: number): string[] => (led ? [value === undefined ? '' : significant(value)] : []);
  return table(
    [...headings.densities, ...(led ? [headings.overlap] : [])],
    [
      ...layers.map((layer) => [
        layer.name,
        layer.shape.join(' x '),
        significant(layer.targetDensity),
        significant(layer.density),
        count(layer.nonZeros),
        count(size(layer)),
        ...overlap(layer.details?.overlap),
      ]),
      [...[allLayers, '', significant(target), significant(kept / weights), count(kept), count(weights)], ...overlap()],
    ],
    ['left', 'right', 'right', 'right', 'right', 'right', 'right'],
  );
};

export async function density(name: string, options: { json?: boolean }, output: Output): Promise<ExitCode> {
  const { layers } = await withConfig(name, output, (service, source, signal) =>
    service.api.initialise(source, quietContext(signal, output)),
  );
  output.err(layerWarnings(layers));
  if (options.json) printJson(output, 'density', { ok: true, file: name, layers });
  else output.out(densityTable(layers));
  return exitCode.ok;
}
