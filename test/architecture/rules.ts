import ts from 'typescript';
import type { Import } from './imports';
import table from './rooms.json';

/** A row of the house: its folder, what it may import, and how its folders stand to each other. */
export interface Room {
  readonly folder: string;
  readonly values: readonly string[];
  readonly types: readonly string[];
  /** Root files that put the folders together, and so may import them. */
  readonly compositions?: readonly string[];
  /** Where the folders are when not directly in the room, their order when it is not that of the capabilities. */
  readonly columns?: {
    readonly in?: string;
    readonly folders?: readonly string[];
    readonly apart?: readonly string[];
    readonly above?: readonly string[];
  };
}

export const CAPABILITIES: readonly string[] = table.capabilities;
export const ROOMS: Readonly<Record<string, Room>> = table.rooms;

/** Checks whether a path is an entry of the table or lies inside it. */
export const lies = (path: string, entry: string): boolean => {
  if (entry === 'node:*') return path.startsWith('node:');
  return path === entry || path.startsWith(`${entry}/`) || path === `${entry}.ts`;
};

const describe = ({ from, line, to, typeOnly }: Import): string =>
  `${from}:${line} imports ${typeOnly ? 'types of ' : ''}${to}`;

/** Names the imports of a room that its row does not allow. */
export function rowFaults({ folder, values, types }: Room, imports: readonly Import[]): string[] {
  const allowed = ({ to, typeOnly }: Import): boolean =>
    [folder, ...values, ...(typeOnly ? types : [])].some((entry) => lies(to, entry));
  return imports
    .filter(({ from }) => lies(from, folder))
    .filter((each) => !allowed(each))
    .map(describe);
}

/** Names the folder of a room that a file is in: null for a root file, undefined outside the room. */
function columnOf({ folder, columns = {} }: Room, file: string): string | null | undefined {
  if (!file.startsWith(`${folder}/`)) return undefined;
  const [first = '', ...rest] = file.slice(folder.length + 1).split('/');
  const [column, ...deeper] = first === columns.in ? rest : [first, ...rest];
  return deeper.length === 0 ? null : column;
}

/** Names the imports inside a room that climb to the right, and root files that import a folder. */
export function columnFaults(room: Room, imports: readonly Import[]): string[] {
  const { folder, columns = {}, compositions = [] } = room;
  const order = columns.folders ?? CAPABILITIES;
  const faulty = ({ from, to }: Import): boolean => {
    const [own, other] = [columnOf(room, from), columnOf(room, to)];
    if (own === undefined || other === undefined || other === null || own === other) return false;
    if (own === null) return !compositions.some((name) => from === `${folder}/${name}.ts`);
    if (columns.above?.includes(other) === true) return false;
    const apart = columns.apart?.includes(own) === true && columns.apart.includes(other);
    return apart || order.indexOf(other) > order.indexOf(own) || !order.includes(own) || !order.includes(other);
  };
  return imports.filter(faulty).map(describe);
}

/** Names the folders of a room that the table of columns does not know. */
export function unknownColumns(room: Room, files: readonly string[]): string[] {
  const known = [...(room.columns?.folders ?? CAPABILITIES), ...(room.columns?.above ?? [])];
  const found = new Set(files.map((file) => columnOf(room, file)));
  return [...found].filter((column): column is string => typeof column === 'string' && !known.includes(column));
}

/** One place where a table is written. */
export interface Write {
  readonly table: string;
  readonly file: string;
  readonly line: number;
}

const KYSELY_WRITES = /^(insertInto|updateTable|deleteFrom|mergeInto|replaceInto)$/;
const SQL_WRITES =
  /\b(?:insert\s+into|update(?:\s+only)?|delete\s+from|merge\s+into|truncate(?:\s+table)?)\s+"?([a-z_]+)"?/gi;

/** Finds every insert, update and delete of a file: Kysely's calls, and statements in text. */
export function writesOf(file: string, text: string): Write[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true);
  const found: Write[] = [];
  const add = (node: ts.Node, written: string): void => {
    const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
    found.push({ table: written, file, line });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression))
      addCall(node, node.expression.name.text);
    else if (ts.isTemplateExpression(node) || ts.isNoSubstitutionTemplateLiteral(node)) {
      for (const written of statementsIn(node.getText(source))) add(node, written);
    } else if (ts.isStringLiteral(node) && /\b(into|set|from)\b/i.test(node.text)) {
      for (const written of statementsIn(node.text)) add(node, written);
    }
    ts.forEachChild(node, visit);
  };
  const addCall = (node: ts.CallExpression, method: string): void => {
    const [argument] = node.arguments;
    if (!KYSELY_WRITES.test(method)) return;
    // A table that only the run knows could be anybody's: it is named, and no folder owns that name.
    const named =
      argument && ts.isStringLiteralLike(argument) ? (argument.text.split(' ')[0] ?? '') : '(not a literal)';
    add(node, named);
  };
  visit(source);
  return found;
}

function statementsIn(text: string): string[] {
  return [...text.matchAll(SQL_WRITES)]
    .map((match) => match[1] ?? '')
    .filter((word) => !['set', 'of', 'on'].includes(word));
}

/** Names the tables that are written outside `books`, or by more than one of its folders. */
export function ownerFaults(writes: readonly Write[], tables: readonly string[]): string[] {
  const known = writes.filter((write) => tables.includes(write.table) || write.table.startsWith('('));
  const outside = known.filter(({ file }) => !file.startsWith('src/books/'));
  const folderOf = (file: string): string => file.split('/').slice(0, -1).join('/');
  const owners = new Map<string, Set<string>>();
  for (const { table: written, file } of known) {
    owners.set(written, (owners.get(written) ?? new Set()).add(folderOf(file)));
  }
  return [
    ...outside.map(({ table: written, file, line }) => `${file}:${line} writes ${written} outside src/books`),
    ...[...owners]
      .filter(([, folders]) => folders.size > 1)
      .map(([written, folders]) => `${written} is written by ${[...folders].sort().join(' and ')}`),
  ];
}

/** Finds cycles among files by depth-first search; each as the path that closes it. */
export function cyclesIn(needs: ReadonlyMap<string, readonly string[]>): string[] {
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
