import * as vscode from 'vscode';

/** Names and values as a table. Values come from files: they are shown as text, never as Markdown. */
export const factTable = (facts: readonly (readonly [string, string])[]): vscode.MarkdownString => {
  const text = new vscode.MarkdownString('| | |\n|---|---|\n');
  for (const [name, value] of facts)
    text
      .appendMarkdown(`| ${name} | `)
      .appendText(value.replaceAll(/\s+/g, ' ').replaceAll('|', '/'))
      .appendMarkdown(' |\n');
  return text;
};
