/** As much of vscode as the host's logic uses: sentences with their places filled. */
const fill = (sentence: string, ...values: unknown[]): string =>
  sentence.replaceAll(/\{(\d+)\}/g, (_, index: string) => String(values[Number(index)]));

export const vscodeDouble = {
  l10n: { t: fill },
  CancellationError: class CancellationError extends Error {},
};
