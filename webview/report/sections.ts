/** The sections of a report, in reading order. */
import type { ReportData } from '../../src/protocol/report';
import type { SpectrumEvent } from '../../src/protocol/run';
import { h } from '../dom';
import { number, shapeText } from '../format';
import { numeric, text } from '../parts/table';
import { JacobianCharts } from '../views/spectrum/jacobian-charts';
import { isometryBadge } from '../views/spectrum/layer-table';
import { SignalCharts } from '../views/spectrum/signal-charts';
import { atOne, spectrumChart, spectrumData } from '../views/spectrum/spectrum-charts';
import { drawnMetrics } from '../views/training/metrics';
import { epochColumns, epochRows, maskColumns, maskRows } from '../views/training/training-tables';
import { maskMarks, showTraining, trainingCharts } from '../views/training/training-charts';
import { missingStepsText, runTitle, weightShape } from '../../src/protocol/words';
import { maskNote } from '../views/training/words';
import { stepName } from '../views/run/words';
import { configSection, facts, section, table } from './parts';
import { runFacts, sections, spectrumLabel, thinnedSteps } from './words';

export const head = (data: ReportData): HTMLElement => {
  const { id, error } = data.record;
  return h(
    'header',
    {},
    h('h1', {}, runTitle(id)),
    error && h('p', { role: 'alert' }, error.message),
    facts(runFacts(data)),
  );
};

export const layers = ({ record }: ReportData): HTMLElement =>
  section(
    sections.layers,
    table(
      '',
      [
        text('layer'),
        text('shape'),
        text('init'),
        numeric('target'),
        numeric('density'),
        numeric('non-zeros'),
        numeric('rotations'),
        numeric('max |WWᵀ − I|'),
        numeric('σ min'),
        numeric('σ mean'),
        numeric('σ max'),
        text('isometry'),
      ],
      record.layers.map((layer) => [
        layer.name,
        shapeText(weightShape(layer)),
        layer.init,
        layer.targetDensity,
        layer.density,
        layer.nonZeros,
        layer.rotations,
        ...[
          layer.orthogonalityError,
          layer.singularValues.min,
          layer.singularValues.mean,
          layer.singularValues.max,
        ].map((value) => number(value)),
        isometryBadge(layer.singularValues),
      ]),
    ),
  );

export const training = (data: ReportData): HTMLElement | undefined => {
  const { metrics, epochs, maskChanges } = data;
  if (metrics.step.length === 0) return undefined;
  const charts = trainingCharts({ group: 'training' });
  const log = metrics.gradientNorm.every((norm) => norm > 0);
  if (log) charts.gradient.setLog(true);
  const drawn = drawnMetrics();
  drawn.push(metrics);
  showTraining(charts, { steps: metrics.step, drawn }, epochs, log);
  const all = [charts.loss, charts.accuracy, charts.gradient];
  const marks = maskMarks(maskChanges);
  for (const chart of all) chart.setMarks(marks);
  const thinned =
    metrics.step.length < metrics.total && h('p', { class: 'note' }, thinnedSteps(metrics.step.length, metrics.total));
  return section(
    sections.training,
    h('div', { class: 'charts' }, ...all.map(({ element }) => element)),
    marks.length > 0 && h('p', { class: 'note' }, `${maskNote(marks.length)}.`),
    thinned,
    data.missingSteps !== undefined && h('p', { class: 'note' }, missingStepsText(data.missingSteps)),
    epochs.length > 0 &&
      h(
        'details',
        { open: epochs.length <= 20 },
        h('summary', {}, sections.epochs),
        table('', epochColumns, epochRows(epochs)),
      ),
    maskChanges.length > 0 &&
      h(
        'details',
        { open: maskChanges.length <= 20 },
        h('summary', {}, sections.maskChanges),
        table('', maskColumns, maskRows(maskChanges)),
      ),
  );
};

/** Initial and last spectrum of each layer. */
export const spectra = ({ record, spectra: events }: ReportData): HTMLElement | undefined => {
  const charts = record.layers.flatMap(({ name }) => {
    const own = events.filter(({ layer }) => layer === name);
    const last = own.at(-1);
    return last ? [layerSpectrum(name, own[0], last)] : [];
  });
  return charts.length > 0 ? section(sections.spectra, h('div', { class: 'charts' }, ...charts)) : undefined;
};

const layerSpectrum = (name: string, first: SpectrumEvent, last: SpectrumEvent): HTMLElement => {
  const chart = spectrumChart(() => undefined);
  chart.setData(spectrumData(last, first));
  chart.setMarks([atOne]);
  chart.label(spectrumLabel(name, last.step));
  return h('div', {}, h('h3', {}, `${name}, ${stepName(last.step)} `, isometryBadge(last.summary)), chart.element);
};

export const jacobians = ({ jacobians: events }: ReportData): HTMLElement | undefined => {
  const last = events.at(-1);
  if (!last) return undefined;
  const charts = new JacobianCharts();
  charts.show(events, { now: last, step: last.step, ended: true });
  return section(sections.jacobians, charts.row, charts.note);
};

/** At the first and the last step that they were measured. */
export const signals = ({ signals: events, record }: ReportData): HTMLElement | undefined => {
  if (events.length === 0) return undefined;
  const weights = record.layers.reduce((sum, { shape: [rows, columns] }) => sum + rows * columns, 0);
  const shown = events.map((event) => {
    const charts = new SignalCharts();
    charts.show(event, weights, true);
    return charts.element;
  });
  return section(sections.signals, ...shown);
};

export const config = ({ config: source }: ReportData): HTMLElement => configSection(sections.config, source);
