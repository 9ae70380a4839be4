/** What the pictures of shared weights show, in numbers. */
import type { SharingReport } from '../../../src/protocol/sharing';
import type { SharersPage, SharingOwners } from '../../../src/protocol/sharing-view';
import { shapeText } from '../../format';
import { numeric, tableOf, text, type Table } from '../../parts/table';
import { evenLoad, hashedLoad } from './load';
import { edgeOf } from './memory-range';
import { figuresWords, findingsWords, memoryWords, verdictWords } from './words';

export const findingsTable = ({ findings }: SharingReport, name: string): Table => {
  const { columns, table } = findingsWords;
  return tableOf(
    { name: table.name, caption: table.caption(name) },
    [
      text(columns.id),
      text(columns.verdict),
      text(columns.what),
      text(columns.layer),
      numeric(columns.value),
      numeric(columns.threshold),
      numeric(columns.least),
      text(columns.sentence),
      text(columns.fix),
    ],
    findings.map(({ id, verdict, title, layer, value, threshold, least, sentence, fix }) => [
      id,
      verdictWords[verdict],
      title,
      layer ?? '',
      value ?? '',
      threshold ?? '',
      least ?? '',
      sentence,
      fix?.title ?? '',
    ]),
  );
};

export const layersTable = ({ layers }: SharingReport, name: string): Table => {
  const { columns, layersTable: table } = figuresWords;
  return tableOf(
    { name: table.name, caption: table.caption(name) },
    [
      text(columns.layer),
      text(columns.shape),
      ...[
        columns.weights,
        columns.deviation,
        columns.factor,
        columns.norm,
        columns.collisions,
        columns.update,
        columns.denseUpdate,
        columns.amplification,
        columns.kept,
        columns.cosine,
      ].map(numeric),
    ],
    layers.map(({ batch, ...layer }) => [
      layer.name,
      shapeText(layer.shape),
      layer.weights,
      layer.deviation,
      layer.factor,
      layer.normRatio,
      layer.collisions,
      batch?.updateRatio ?? '',
      batch?.denseUpdateRatio ?? '',
      batch?.amplification ?? '',
      batch?.keptEnergy ?? '',
      batch?.cosine ?? '',
    ]),
  );
};

export const loadTable = ({ load, n, m }: SharingReport): Table => {
  const { columns, loadTable: table, lastBin } = figuresWords;
  const last = load.of.length - 1;
  const even = evenLoad(n, m, load.of.length);
  const hashed = hashedLoad(n, m, load.of.length);
  return tableOf(
    table,
    [text(columns.sharers), numeric(columns.locations), numeric(columns.even), numeric(columns.hashed)],
    load.of.map((locations, sharers) => [
      sharers === last && load.max > last ? lastBin(sharers) : String(sharers),
      locations,
      even[sharers],
      hashed[sharers],
    ]),
  );
};

export const gammaTable = ({ gamma }: SharingReport): Table => {
  const { columns, gammaTable: table } = figuresWords;
  return tableOf(
    table,
    [numeric(columns.from), numeric(columns.to), numeric(columns.locations)],
    gamma.counts.map((locations, i) => [gamma.edges[i], gamma.edges[i + 1], locations]),
  );
};

/** One row a bin that is drawn. */
export const ownersTable = ({ layers }: SharingReport, owners: SharingOwners): Table => {
  const { from, to, bins, counts } = owners;
  const { columns, ownersTable: table } = memoryWords;
  return {
    name: table.name,
    caption: table.caption(from, to),
    columns: [numeric(columns.from), numeric(columns.to), ...layers.map(({ name }) => numeric(name))],
    length: bins,
    rows: (start, end) =>
      Array.from({ length: end - start }, (_, i) => [
        edgeOf(owners, start + i),
        edgeOf(owners, start + i + 1) - 1,
        ...layers.map((_layer, layer) => counts[layer * bins + start + i]),
      ]),
  };
};

export const sharersTable = (page: SharersPage): Table => {
  const { columns, sharersTable: table } = memoryWords;
  return tableOf(
    { name: table.name, caption: table.caption(page) },
    [text(columns.layer), text(columns.element), numeric(columns.sign), numeric(columns.scale)],
    page.sharers.map(({ layer, at, sign, scale }) => [layer, `[${at.join(', ')}]`, sign, scale]),
  );
};
