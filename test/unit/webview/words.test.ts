/** Every sentence of a page stands in a file of words or of errors: so that each is found, and said in one way. */
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../../webview');
const forWords = /(^|-)(words|errors)\.ts$/;
const files = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !forWords.test(entry.name))
  .map((entry) => join(entry.parentPath, entry.name));

/** Two words of prose, or one that begins like a label. Keys, selectors and class names are neither. */
const isProse = (text: string): boolean =>
  !/^#version|\[(role|type)=/.test(text) &&
  (/[A-Za-z]{2,},? [A-Za-z]{2,}/.test(text) || /^[A-Z][a-z]{3,}$/.test(text.trim()));
const keys = /^(Arrow(Left|Right|Up|Down)|Home|Enter|Escape|Page(Up|Down)|Space|Shift\+E|Infinity|AbortError)$/;
/** Where a text is for the machine: imports, class names, selectors, fonts, and what is compared with keys. */
const isForMachine = (node: ts.Node): boolean => {
  const { parent } = node;
  if (ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent) || ts.isLiteralTypeNode(parent)) return true;
  if (ts.isPropertyAssignment(parent)) return parent.name.getText() === 'class';
  if (!ts.isCallExpression(parent)) return false;
  return /(querySelector|closest|getElementById|addEventListener|shader)/i.test(parent.expression.getText());
};

function prose(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const text = ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node) ? node.text : undefined;
    const template = ts.isTemplateExpression(node)
      ? [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join('…')
      : undefined;
    const shown = text ?? template;
    if (shown !== undefined && isProse(shown) && !keys.test(shown) && !isForMachine(node)) found.push(shown);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found.map((text) => `${relative(root, file)}: ${text}`);
}

describe('what a page says', () => {
  test('is told from what it is made of', () => {
    expect(['Try Again', 'Cancel', 'axes are rows', 'kept', 'ArrowLeft'].map(isProse)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  test('stands in words.ts and errors.ts files only', () => {
    expect(files.length).toBeGreaterThan(40);
    expect(files.flatMap(prose)).toEqual([]);
  });
});
