/** Maps characters that people type on a mainland keyboard to those of place names in Hong Kong and Taiwan. */
const VARIANTS: Readonly<Record<string, string>> = {
  臺: '台',
  龙: '龍',
  岛: '島',
  湾: '灣',
  县: '縣',
  东: '東',
  云: '雲',
  义: '義',
  兰: '蘭',
  连: '連',
  区: '區',
  镇: '鎮',
  乡: '鄉',
};

/** Normalizes a name for comparison: removes case, accents, width, blanks, punctuation and character variants. */
export const normalizeForComparison = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
    .replace(/\p{Script=Han}/gu, (character) => VARIANTS[character] ?? character);

/** Counts the insertions, deletions and replacements that make one text the other (Levenshtein, 1966). */
export function editDistance(from: string, to: string): number {
  const [a, b] = [Array.from(from), Array.from(to)];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, character] of a.entries()) {
    const next = [i + 1];
    for (const [j, other] of b.entries()) {
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (character === other ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** Characters of direction, size and age: exchanging one for another names another place and is no typing error. */
const DISTINCTIVE = '上下东西南北中前后大小新老東後';

const isDistinctive = (character: string): boolean => character !== '' && DISTINCTIVE.includes(character);

const namesAnotherPlace = (from: string, to: string): boolean => {
  const [a, b] = [Array.from(from), Array.from(to)];
  if (a.length !== b.length) return false;
  const differing = a.flatMap((character, index) => (character === b[index] ? [] : [[character, b[index] ?? '']]));
  return differing.length === 1 && differing.every((pair) => pair.every(isDistinctive));
};

/** Finds the one name that a text most likely means. It allows one typing error in a short name, two in a long one. */
export function closestName(text: string, names: readonly string[]): string | undefined {
  const wanted = normalizeForComparison(text);
  const maxErrors = wanted.length >= 8 ? 2 : 1;
  const minLength = /\p{Script=Han}/u.test(wanted) ? 3 : 5;
  if (wanted.length < minLength) return undefined;
  const ofSimilarLength = names.flatMap((name) => {
    const normalized = normalizeForComparison(name);
    return Math.abs(normalized.length - wanted.length) > maxErrors ? [] : [{ name, normalized }];
  });
  const measured = ofSimilarLength.map(({ name, normalized }) => ({
    name,
    distance: editDistance(wanted, normalized),
  }));
  const similar = measured.filter(({ name, distance }) => distance <= maxErrors && !namesAnotherPlace(text, name));
  const [first, second] = similar.sort((a, b) => a.distance - b.distance);
  return first && (!second || second.distance > first.distance) ? first.name : undefined;
}
