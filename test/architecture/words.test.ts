import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { filesUnder, ROOT, textOf } from './imports';
import { lengthFaults, linesOfDocument, piecesOf, readForbiddenWords, whatFaults, wordFaults } from './words';

const CODE = ['activities', 'workflows', 'src', 'bench', 'test'];
const forbidden = readForbiddenWords(textOf('docs/glossary.md'));
const files = CODE.flatMap(filesUnder).filter((file) => !file.startsWith('test/architecture/words'));
const readmes = [...CODE, 'prisma', 'deploy'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('README.md'))
    .map((name) => `${folder}/${name}`),
);
const pages = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.md') && name !== 'glossary.md')
  .map((name) => `docs/${name}`);
const documents = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...pages, ...readmes];

test('the glossary names the words that we do not use', () => {
  expect(forbidden.length).toBeGreaterThan(15);
  expect(forbidden.every(({ words, instead }) => words.length > 0 && instead !== '')).toBe(true);
});

test.each(CODE)('no name, comment or message of %s uses a forbidden word', (folder) => {
  const own = files.filter((file) => file.startsWith(`${folder}/`));
  expect(own.length).toBeGreaterThan(10);
  expect(own.flatMap((file) => wordFaults(file, piecesOf(file, textOf(file)), forbidden))).toEqual([]);
});

test('no document uses a forbidden word', () => {
  expect(documents.flatMap((file) => wordFaults(file, linesOfDocument(textOf(file)), forbidden))).toEqual([]);
});

test('no docstring begins with "What"', () => {
  expect(files.flatMap(whatFaults)).toEqual([]);
});

const DOCUMENTED = ['activities', 'workflows', 'src', 'bench'];
test.each(DOCUMENTED)('no docstring of %s has a first sentence of more than 20 words', (folder) => {
  const own = files.filter((file) => file.startsWith(`${folder}/`));
  expect(own.flatMap((file) => lengthFaults(file, piecesOf(file, textOf(file))))).toEqual([]);
});

test('a planted long sentence is found, and only in the first sentence of a docstring', () => {
  const words = (count: number) => Array.from({ length: count }, () => 'word').join(' ');
  const faultsIn = (comment: string) =>
    lengthFaults('src/x.ts', piecesOf('src/x.ts', `${comment}\nexport const x = 1;`));
  expect(faultsIn(`/** ${words(21)}. */`)).toEqual(['src/x.ts:1: the first sentence has 21 words, 20 at most']);
  expect(faultsIn(`/**\n * ${words(10)}\n * ${words(11)}. Why.\n */`)).toHaveLength(1);
  expect(faultsIn(`/** ${words(20)}. */`)).toEqual([]);
  expect(faultsIn(`/** Says it. It ${words(30)}. */`)).toEqual([]);
  expect(faultsIn(`// ${words(30)}.`)).toEqual([]);
});

test.each([
  ['a name', 'export const heldAnew = 1;'],
  ['a name in capitals', 'export const HELD_ANEW = 1;'],
  ['a comment', '/** Lists what is held anew. */\nexport const x = 1;'],
  ['a comment at the end of a line', 'export const x = 1; // held anew'],
  ['a message', 'export const text = "The stock was held anew";'],
  ['a message with a value in it', 'export const text = (n: number) => `${n} units were held anew`;'],
])('a planted forbidden word is found in %s', (_where, code) => {
  const found = wordFaults('src/x.ts', piecesOf('src/x.ts', code), forbidden);
  expect(found).toContain(`src/x.ts:1 says "held anew": say moved reservation`);
});

test('a name on the wire may keep its word, and only as that name', () => {
  const kept = `export const kind = 'chase'; export interface Activities { settleChase(): void }`;
  expect(wordFaults('src/x.ts', piecesOf('src/x.ts', kept), forbidden)).toEqual([]);
  expect(wordFaults('src/x.ts', piecesOf('src/x.ts', 'export const openChases = 1;'), forbidden)).toHaveLength(1);
});

test('a planted forbidden word is found in a document', () => {
  expect(wordFaults('docs/x.md', linesOfDocument('Stock is held anew.'), forbidden).length).toBeGreaterThan(0);
  expect(wordFaults('docs/x.md', linesOfDocument('```\nheld anew\n```'), forbidden)).toEqual([]);
});
