/** The page of every webview: one shell, one script, one stylesheet. */
import type { ViewBoot } from '../../protocol/views';

export interface PageParts {
  /** `webview.cspSource` */
  source: string;
  nonce: string;
  script: string;
  style: string;
  title: string;
  language: string;
  boot: ViewBoot;
}

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/**
 * What the page may do. Everything else, the network included, is refused by `default-src 'none'`.
 * No worker, no WebAssembly, no eval, no frame, no form, no font of its own.
 */
const policy = ({ source, nonce }: PageParts): string =>
  [
    `default-src 'none'`,
    // The one script, by nonce: text that found its way into the page cannot run.
    `script-src 'nonce-${nonce}'`,
    // Our one stylesheet, and by the nonce the empty style element with which the toolkit finds out whether
    // :focus-visible is known. Its components use adopted style sheets and the charts set styles by script: neither
    // needs 'unsafe-inline'.
    `style-src ${source} 'nonce-${nonce}'`,
    // Pictures drawn here and shown or exported as blobs; data: is the toolkit's checkbox and arrow images.
    `img-src ${source} blob: data:`,
  ].join('; ');

export const webviewPage = (parts: PageParts): string => `<!DOCTYPE html>
<html lang="${escape(parts.language)}">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy(parts)}" />
    <!-- Where the toolkit looks for the nonce of its style element. -->
    <meta property="csp-nonce" content="${parts.nonce}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <link rel="stylesheet" href="${escape(parts.style)}" />
    <title>${escape(parts.title)}</title>
  </head>
  <body data-boot="${escape(JSON.stringify(parts.boot))}">
    <script nonce="${parts.nonce}" src="${escape(parts.script)}"></script>
  </body>
</html>
`;
