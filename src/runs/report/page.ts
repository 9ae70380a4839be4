/** The report page: one HTML file with data, script and style inside, that may load nothing from anywhere. */
import { createHash } from 'node:crypto';
import { figureText } from '../../core/figure';
import type { ReportData } from '../../protocol/report';

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const significant = (value: number): string => figureText(value, 4);
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

interface PlainTable {
  head: readonly string[];
  rows: readonly (readonly string[])[];
}

/** For readers that run no script. */
const plainTable = ({ head, rows }: PlainTable): string => {
  const cells = (tag: string, row: readonly string[]): string =>
    `<tr>${row.map((cell) => `<${tag}>${html(cell)}</${tag}>`).join('')}</tr>`;
  return `<table>${cells('th', head)}${rows.map((row) => cells('td', row)).join('')}</table>`;
};

const layerTable = ({ record }: ReportData): PlainTable => ({
  head: [
    'layer',
    'shape',
    'target density',
    'density',
    'non-zeros',
    'max|WWᵀ-I|',
    'singular values min, mean, max',
    'dead directions',
  ],
  rows: record.layers.map((layer) => [
    layer.name,
    layer.shape.join(' x '),
    significant(layer.targetDensity),
    significant(layer.density),
    String(layer.nonZeros),
    layer.orthogonalityError.toExponential(1),
    [layer.singularValues.min, layer.singularValues.mean, layer.singularValues.max].map(significant).join(', '),
    String(layer.singularValues.dead),
  ]),
});

/** The page of a run. */
export const reportPage = (data: ReportData, script: string, style: string): string =>
  page({ title: data.record.id, kind: 'report', data, table: layerTable(data) }, { script, style });

interface Content {
  title: string;
  /** Its data is in the element `KIND-data`, by which webview/report.ts knows what it is. */
  kind: 'report' | 'sweep';
  data: unknown;
  table: PlainTable;
}

/** `script`: dist/report.js. `style`: dist/report.css. */
export function page(
  { title, kind, data, table }: Content,
  { script, style }: { script: string; style: string },
): string {
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
<title>${html(title)} · Sparsescope</title>
<style>${embeddedStyle(style)}</style>
</head>
<body>
<main id="report"></main>
<noscript>
<h1>${html(title)}</h1>
${plainTable(table)}
</noscript>
<script type="application/json" id="${kind}-data">${embeddedJson(data)}</script>
<script>${code}</script>
</body>
</html>
`;
}
