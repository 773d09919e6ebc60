import ts from 'typescript';
import { textOf } from './imports';

/** A word that we do not use, and what to say instead. */
export interface ForbiddenWord {
  readonly words: readonly string[];
  readonly instead: string;
  /** The folder that the rule is confined to; empty: everywhere. */
  readonly folder: string;
  /** Names on the wire that hold the word and keep it. */
  readonly kept: readonly string[];
}

/** A piece of text that people read, and the line it begins on. */
export interface Piece {
  readonly text: string;
  readonly line: number;
}

const cellsOf = (row: string): string[] =>
  row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

/** Reads the table of words that we do not use from the glossary. */
export function readForbiddenWords(glossary: string): ForbiddenWord[] {
  const [, section = ''] = glossary.split('## Words that we do not use');
  const rows = section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2);
  return rows.map((row) => {
    const [words = '', instead = '', folder = '', kept = ''] = cellsOf(row);
    return {
      words: words.split(',').map((word) => word.trim()),
      instead,
      folder: folder.replaceAll('`', ''),
      kept: [...kept.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''),
    };
  });
}

/** Splits names into their words: `heldAnew`, `HELD_ANEW` and `held-anew` read as "held anew". */
export const wordsOf = (text: string): string =>
  text
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/[_-]+/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .toLowerCase();

const isSql = (text: string): boolean =>
  /\b(select|insert into|update|delete from|create)\b[\s\S]*\b(from|set|values|table|as)\b/i.test(text);

/** Lists what people read of a TypeScript file: names, comments, and texts with a blank in them. */
export function piecesOf(file: string, text: string): Piece[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true);
  const lineOf = (position: number): number => source.getLineAndCharacterOfPosition(position).line + 1;
  const pieces: Piece[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node))
      pieces.push({ text: node.text, line: lineOf(node.getStart(source)) });
    else if (
      ts.isStringLiteral(node) ||
      ts.isNoSubstitutionTemplateLiteral(node) ||
      ts.isTemplateHead(node) ||
      ts.isTemplateMiddleOrTemplateTail(node)
    ) {
      if (/\s/.test(node.text.trim()) && !isSql(node.text))
        pieces.push({ text: node.text, line: lineOf(node.getStart(source)) });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);

  for (const range of commentsIn(source, text))
    pieces.push({ text: text.slice(range.pos, range.end), line: lineOf(range.pos) });
  return pieces;
}

function commentsIn(source: ts.SourceFile, text: string): { pos: number; end: number }[] {
  const found = new Map<number, { pos: number; end: number }>();
  const visit = (node: ts.Node): void => {
    for (const range of ts.getLeadingCommentRanges(text, node.getFullStart()) ?? []) found.set(range.pos, range);
    for (const range of ts.getTrailingCommentRanges(text, node.getEnd()) ?? []) found.set(range.pos, range);
    for (const child of node.getChildren(source)) visit(child);
  };
  visit(source);
  return [...found.values()];
}

/** Lists the lines of a document, without its code blocks. */
export function linesOfDocument(text: string): Piece[] {
  let inCode = false;
  return text.split('\n').flatMap((line, index) => {
    if (line.startsWith('```')) inCode = !inCode;
    return inCode || line.startsWith('    ') ? [] : [{ text: line, line: index + 1 }];
  });
}

const escaped = (word: string): string => word.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** Names every forbidden word in the pieces of a file, each with what to say instead. */
export function wordFaults(file: string, pieces: readonly Piece[], forbidden: readonly ForbiddenWord[]): string[] {
  const rules = forbidden.filter(({ folder }) => file.startsWith(folder));
  const patterns = rules.map((rule) => ({ rule, pattern: new RegExp(`\\b(${rule.words.map(escaped).join('|')})\\b`) }));
  return pieces.flatMap(({ text, line }) =>
    patterns.flatMap(({ rule, pattern }) => {
      const cleared = rule.kept.reduce(
        (rest, name) => rest.replaceAll(new RegExp(`(?<![\\w])${escaped(name)}(?![\\w])`, 'g'), ''),
        text,
      );
      const found = pattern.exec(wordsOf(cleared));
      return found ? [`${file}:${line} says "${found[1]}": say ${rule.instead}`] : [];
    }),
  );
}

/** Names docstrings that begin with "What": a sentence has a subject and a verb. */
export const whatFaults = (file: string): string[] =>
  piecesOf(file, textOf(file))
    .filter(({ text }) => /^\/\*\*[\s*]*What\b/.test(text))
    .map(({ line }) => `${file}:${line}: the docstring begins with "What"`);

const LONGEST_SENTENCE = 20;

/** Returns the first sentence of a docstring; a list or an empty line ends it, too. */
function firstSentence(docstring: string): string {
  const lines = docstring
    .replace(/^\/\*\*/, '')
    .replace(/\*\/$/, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\*/, '').trim());
  const [paragraph = ''] = lines
    .join('\n')
    .trim()
    .split(/\n\n|\n(?=[-@])/);
  const [sentence = ''] = paragraph.replaceAll('\n', ' ').split(/(?<=[.?!:])\s+(?=[A-Z`])/);
  return sentence;
}

/** Names the docstrings of a file whose first sentence is longer than people read at once. */
export const lengthFaults = (file: string, pieces: readonly Piece[]): string[] =>
  pieces
    .filter(({ text }) => text.startsWith('/**'))
    .map(({ text, line }) => ({ line, words: firstSentence(text).split(/\s+/).filter(Boolean).length }))
    .filter(({ words }) => words > LONGEST_SENTENCE)
    .map(({ line, words }) => `${file}:${line}: the first sentence has ${words} words, ${LONGEST_SENTENCE} at most`);
