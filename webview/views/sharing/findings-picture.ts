/** The findings on a canvas, for a file: verdict, number, value and sentence, line by line. */
import type { SharingFinding } from '../../../src/protocol/sharing';
import { thresholdText } from '../../../src/protocol/sharing-words';
import { h } from '../../dom';
import { figure } from '../../format';
import { wrapped } from '../../drawing/flow';
import { readTheme } from '../../theme';
import { verdictWords } from './words';

/** CSS pixels. */
const width = 760;
const lineHeight = 18;
const columns = { verdict: 8, id: 64, text: 104, value: width - 130, threshold: width - 8 };
const rowGap = 8;

const figureText = (value: number | null): string => (value === null ? '' : figure(value));

/** Nothing where the device has no more canvases. */
export function drawTable(findings: readonly SharingFinding[]): HTMLCanvasElement | undefined {
  const theme = readTheme();
  const ratio = devicePixelRatio;
  const canvas = h('canvas', { width: width * ratio });
  const context = canvas.getContext('2d');
  if (!context) return undefined;
  const room = columns.value - 60 - columns.text;
  context.font = theme.font;
  const rows = findings.map(({ title, layer, sentence, ...rest }) => ({
    ...rest,
    limit: thresholdText(rest),
    lines: [
      layer === undefined ? title : `${title} · ${layer}`,
      ...wrapped(sentence, room, (text) => context.measureText(text).width),
    ],
  }));
  const height = rows.reduce((sum, { lines }) => sum + lines.length * lineHeight + rowGap, rowGap);
  canvas.height = height * ratio;
  context.scale(ratio, ratio);
  context.font = theme.font;
  context.textBaseline = 'top';
  let top = rowGap;
  for (const { verdict, id, value, limit, lines } of rows) {
    context.textAlign = 'left';
    context.fillStyle = verdict === 'ok' || verdict === 'info' ? theme.muted : theme.foreground;
    context.fillText(verdictWords[verdict], columns.verdict, top);
    context.fillText(id, columns.id, top);
    lines.forEach((line, i) => {
      context.fillStyle = i === 0 ? theme.foreground : theme.muted;
      context.fillText(line, columns.text, top + i * lineHeight);
    });
    context.textAlign = 'right';
    context.fillStyle = theme.foreground;
    context.fillText(figureText(value), columns.value, top);
    context.fillStyle = theme.muted;
    context.fillText(limit, columns.threshold, top);
    top += lines.length * lineHeight + rowGap;
    context.strokeStyle = theme.grid;
    context.beginPath();
    context.moveTo(0, top - rowGap / 2 - 1);
    context.lineTo(width, top - rowGap / 2 - 1);
    context.stroke();
  }
  return canvas;
}
