/**
 * The page of a self-contained report: draws `#report-data`, a run, or `#sweep-data` into `#report`. No network, no
 * editor.
 */
import type { ReportData } from '../src/protocol/report';
import { h, oncePerFrame, onResize } from './dom';
import { sentence } from './errors';
import { parseReport, parseSweepReport } from './report/data';
import { MaskFigure } from './report/mask-figure';
import { config, head, jacobians, layers, signals, spectra, training } from './report/sections';
import * as sweep from './report/sweep-sections';
import { masksNote, sections } from './report/words';
import { onThemeChange, readTheme } from './theme';
import 'uplot/dist/uPlot.min.css';
import './styles/theme.css';
import './styles/parts.css';
import './styles/dots.css';
import './styles/report.css';

const masks = ({ masks: all }: ReportData): HTMLElement | undefined => {
  if (all.length === 0) return undefined;
  const figures = all.map((mask) => new MaskFigure(mask));
  const row = h('div', { class: 'masks' }, ...figures.map(({ element }) => element));
  // The figures change the height of their row: not while its size is being told.
  const draw = oncePerFrame(() => {
    const theme = readTheme();
    for (const figure of figures) figure.draw(theme, row.clientWidth);
  });
  onResize(row, draw);
  onThemeChange(draw);
  return h('section', {}, h('h2', {}, sections.masks), h('p', { class: 'note' }, masksNote), row);
};

const ofRun = (text: string): (HTMLElement | undefined)[] => {
  const data = parseReport(text);
  document.title = `${data.record.id} · Sparsescope`;
  return [
    head(data),
    layers(data),
    masks(data),
    training(data),
    spectra(data),
    jacobians(data),
    signals(data),
    config(data),
  ];
};

const ofSweep = (text: string): (HTMLElement | undefined)[] => {
  const data = parseSweepReport(text);
  document.title = `${data.id} · Sparsescope`;
  return [
    sweep.head(data),
    ...sweep.results(data),
    sweep.groups(data),
    sweep.failures(data),
    sweep.warnings(data),
    sweep.trials(data),
    sweep.config(data),
  ];
};

const textOf = (id: string): string | undefined => document.getElementById(id)?.textContent;

const report = document.getElementById('report') ?? document.body.appendChild(h('main', { id: 'report' }));
try {
  const swept = textOf('sweep-data');
  const parts = swept === undefined ? ofRun(textOf('report-data') ?? '') : ofSweep(swept);
  report.replaceChildren(...parts.filter((part) => part !== undefined));
} catch (error) {
  report.replaceChildren(h('p', { role: 'alert' }, sentence(error).message));
}
