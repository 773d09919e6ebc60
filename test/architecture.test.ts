import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { rooms } from './rooms.json';

const ROOT = join(__dirname, '..');
const LONGEST_FILE = 250;
const LONGEST_README = 10;
const CODE = ['activities', 'workflows', 'src', 'bench'];
/** Folders that are rooms though the table says nothing of their imports: they may import anything. */
const OPEN_ROOMS = ['bench', 'test', 'prisma'];

interface Import { readonly from: string; readonly to: string; readonly typeOnly: boolean; readonly line: number }

const filesUnder = (folder: string): string[] => readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
  .filter((file) => !file.startsWith('src/generated/')).sort();

const files = CODE.flatMap(filesUnder);
const imports = files.flatMap(importsOf);

/** Reads what a file imports, exports again, or loads at run time; paths of ours are relative to the checkout. */
function importsOf(file: string): Import[] {
  const source = ts.createSourceFile(file, readFileSync(join(ROOT, file), 'utf8'), ts.ScriptTarget.ES2023, true);
  const found: Import[] = [];
  const add = (node: ts.Node, specifier: ts.Node | undefined, typeOnly: boolean) => {
    if (!specifier || !ts.isStringLiteralLike(specifier)) return;
    const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
    found.push({ from: file, to: resolve(file, specifier.text), typeOnly, line });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node, node.moduleSpecifier, isTypeOnly(node.importClause));
    else if (ts.isExportDeclaration(node)) {
      const allTypes = node.exportClause !== undefined && ts.isNamedExports(node.exportClause) && node.exportClause.elements.every((element) => element.isTypeOnly);
      add(node, node.moduleSpecifier, node.isTypeOnly || allTypes);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node, node.argument.literal, true);
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
  return clause.name === undefined && names !== undefined && ts.isNamedImports(names) && names.elements.length > 0 && names.elements.every((element) => element.isTypeOnly);
}

/** `import(...)`, `require(...)` and `require.resolve(...)`. */
function isLoading(callee: ts.Expression): boolean {
  const root = ts.isPropertyAccessExpression(callee) ? callee.expression : callee;
  return callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(root) && root.text === 'require');
}

function resolve(file: string, specifier: string): string {
  if (!specifier.startsWith('.')) return isBuiltin(specifier) && !specifier.startsWith('node:') ? `node:${specifier}` : specifier;
  const path = join(dirname(file), specifier);
  const found = [`${path}.ts`, join(path, 'index.ts'), path].find((candidate) => existsSync(join(ROOT, candidate)) && statSync(join(ROOT, candidate)).isFile());
  return found ?? `${path}.ts`;
}

const lies = (path: string, entry: string): boolean =>
  entry === 'node:*' ? path.startsWith('node:') : path === entry || path.startsWith(`${entry}/`) || path === `${entry}.ts`;

describe.each(Object.entries(rooms))('the room %s', (_name, { folder, values, types }) => {
  const own = imports.filter(({ from }) => lies(from, folder));

  test('imports only what the table of rooms allows', () => {
    const allowed = ({ to, typeOnly }: Import) => [folder, ...values, ...(typeOnly ? types : [])].some((entry) => lies(to, entry));
    expect(own.length).toBeGreaterThan(0);
    expect(own.filter((each) => !allowed(each)).map(({ from, line, to, typeOnly }) => `${from}:${line} imports ${typeOnly ? 'types of ' : ''}${to}`)).toEqual([]);
  });
});

test('no room that is not in the table has come to be', () => {
  const known = [...Object.values(rooms).map(({ folder }) => folder), ...OPEN_ROOMS, 'src/generated'];
  const folders = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => `src/${name}`);
  expect(folders.filter((folder) => !known.includes(folder))).toEqual([]);
});

test('the settings are read by entry points only', () => {
  const readers = imports.filter(({ to }) => to === 'src/config.ts').map(({ from }) => from);
  expect(readers.filter((file) => !/^src\/(server|worker|cli\/.+|embedded\/.+)\.ts$/.test(file))).toEqual([]);
});

test('the workflows bundle without zod: each order in a worker\'s memory would hold the whole of it again', () => {
  const loaded = new Set<string>();
  const load = (file: string): void => {
    if (loaded.has(file)) return;
    loaded.add(file);
    for (const { from, to, typeOnly } of imports) if (from === file && !typeOnly) load(to);
  };
  load('workflows/index.ts');
  expect(loaded).toContain('src/contracts/statuses.ts');
  expect([...loaded]).not.toContain('zod');
});

test('no workflow needs the data of addresses: it changes with every release', () => {
  const needed = new Set(filesUnder('workflows'));
  for (const file of needed) for (const { from, to, typeOnly } of imports) if (from === file && !typeOnly && files.includes(to)) needed.add(to);
  expect([...needed].filter((file) => lies(file, 'src/domain'))).not.toEqual(expect.arrayContaining([expect.stringContaining('/addresses/')]));
});

test('no two files need each other to load', () => {
  const needs = new Map(files.map((file) => [file, imports.filter(({ from, to, typeOnly }) => from === file && !typeOnly && files.includes(to)).map(({ to }) => to)]));
  expect(cyclesIn(needs)).toEqual([]);
});

/** Finds cycles by depth-first search; each as the path that closes it. */
function cyclesIn(needs: ReadonlyMap<string, readonly string[]>): string[] {
  const cycles: string[] = [];
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
    else if (!done.has(file)) {
      for (const next of needs.get(file) ?? []) walk(next, [...path, file]);
      done.add(file);
    }
  };
  for (const file of needs.keys()) walk(file, []);
  return cycles;
}

test(`no file is longer than ${LONGEST_FILE} lines`, () => {
  const lines = (file: string) => readFileSync(join(ROOT, file), 'utf8').split('\n').length - 1;
  expect(files.filter((file) => lines(file) > LONGEST_FILE)).toEqual([]);
});

test(`every room has a README of at most ${LONGEST_README} lines`, () => {
  const fault = (folder: string): string[] => {
    const file = join(ROOT, folder, 'README.md');
    if (!existsSync(file)) return [`${folder} has none`];
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n').length;
    return lines > LONGEST_README ? [`${folder}: ${lines} lines`] : [];
  };
  expect([...Object.values(rooms).map(({ folder }) => folder), ...OPEN_ROOMS].flatMap(fault)).toEqual([]);
});
