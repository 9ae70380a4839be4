/** The report page: one HTML file with data, script and style inside, that may load nothing from anywhere. */
import { createHash } from 'node:crypto';
import type { ReportData } from '../../protocol/report';

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const significant = (value: number): string => String(Number(value.toPrecision(4)));
const html = (text: string): string => text.replace(/[&<>"']/g, (c) => escapes[c]);

/** JSON that cannot end its script element, whatever a config or a name holds. */
export const embeddedJson = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'number' && !Number.isFinite(inner) ? String(inner) : inner,
  ).replace(/</g, '\\u003c');

/** Code that cannot end its script element: in JavaScript's strings and patterns `<\/` means `</`. */
const embeddedScript = (code: string): string => code.replace(/<(\/script|!--)/gi, '<\\$1');
const embeddedStyle = (code: string): string => code.replace(/<\/style/gi, '<\\/style');

const sha256 = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** For readers that run no script: the layers as a plain table. */
const plainTable = ({ record }: ReportData): string => {
  const head = [
    'layer',
    'shape',
    'target density',
    'density',
    'non-zeros',
    'max|WWᵀ-I|',
    'singular values min, mean, max',
  ];
  const rows = record.layers.map((layer) => [
    layer.name,
    layer.shape.join(' x '),
    significant(layer.targetDensity),
    significant(layer.density),
    String(layer.nonZeros),
    layer.orthogonalityError.toExponential(1),
    [layer.singularValues.min, layer.singularValues.mean, layer.singularValues.max].map(significant).join(', '),
  ]);
  const cells = (tag: string, row: readonly string[]): string =>
    `<tr>${row.map((cell) => `<${tag}>${html(cell)}</${tag}>`).join('')}</tr>`;
  return `<table>${cells('th', head)}${rows.map((row) => cells('td', row)).join('')}</table>`;
};

/** `script`: dist/report.js. `style`: dist/report.css. */
export function reportPage(data: ReportData, script: string, style: string): string {
  const code = embeddedScript(script);
  const policy = [
    "default-src 'none'",
    // This script and no other.
    `script-src ${sha256(code)}`,
    // The charts set sizes and colours on their elements.
    "style-src 'unsafe-inline'",
    // Pictures that the page draws and exports itself.
    'img-src data: blob:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${html(data.record.id)} · Sparsescope</title>
<style>${embeddedStyle(style)}</style>
</head>
<body>
<main id="report"></main>
<noscript>
<h1>${html(data.record.id)}</h1>
${plainTable(data)}
</noscript>
<script type="application/json" id="report-data">${embeddedJson(data)}</script>
<script>${code}</script>
</body>
</html>
`;
}
