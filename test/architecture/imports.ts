import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

export const ROOT = join(__dirname, '../..');

/** One import of a file; `to` is a path relative to the checkout, or the name of a package. */
export interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
  readonly line: number;
}

/** Lists the TypeScript files under a folder of the checkout, generated ones left out. */
export const filesUnder = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .filter((file) => !file.startsWith('src/generated/'))
    .sort();

export const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** Reads what a file imports, exports again, or loads at run time. */
export function importsOf(file: string): Import[] {
  const source = ts.createSourceFile(file, textOf(file), ts.ScriptTarget.ES2023, true);
  const found: Import[] = [];
  const add = (node: ts.Node, specifier: ts.Node | undefined, typeOnly: boolean): void => {
    if (!specifier || !ts.isStringLiteralLike(specifier)) return;
    const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
    found.push({ from: file, to: resolve(file, specifier.text.replace(/\.js$/, '')), typeOnly, line });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node, node.moduleSpecifier, isTypeOnly(node.importClause));
    else if (ts.isExportDeclaration(node)) add(node, node.moduleSpecifier, node.isTypeOnly || exportsOnlyTypes(node));
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node, node.argument.literal, true);
    else if (ts.isCallExpression(node) && isLoading(node.expression)) add(node, node.arguments[0], false);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isTypeOnly(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const names = clause.namedBindings;
  if (clause.name !== undefined || names === undefined || !ts.isNamedImports(names)) return false;
  return names.elements.length > 0 && names.elements.every((element) => element.isTypeOnly);
}

function exportsOnlyTypes({ exportClause }: ts.ExportDeclaration): boolean {
  if (exportClause === undefined || !ts.isNamedExports(exportClause)) return false;
  return exportClause.elements.every((element) => element.isTypeOnly);
}

/** Recognises `import(...)`, `require(...)` and `require.resolve(...)` among calls. */
function isLoading(callee: ts.Expression): boolean {
  const root = ts.isPropertyAccessExpression(callee) ? callee.expression : callee;
  return callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(root) && root.text === 'require');
}

function resolve(file: string, specifier: string): string {
  if (!specifier.startsWith('.')) {
    return isBuiltin(specifier) && !specifier.startsWith('node:') ? `node:${specifier}` : specifier;
  }
  const path = join(dirname(file), specifier);
  const isFile = (candidate: string): boolean =>
    existsSync(join(ROOT, candidate)) && statSync(join(ROOT, candidate)).isFile();
  return [`${path}.ts`, join(path, 'index.ts'), path].find(isFile) ?? `${path}.ts`;
}
