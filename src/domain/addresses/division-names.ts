/** Variants of one character in names of places: what people type of Hong Kong and Taiwan on a mainland keyboard. */
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

/** Folds a name for comparison: case, accents, width, blanks, punctuation and variants of characters do not count. */
export const fold = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
    .replace(/\p{Script=Han}/gu, (sign) => VARIANTS[sign] ?? sign);

/** Tells how many characters must be put in, left out or replaced to make one text the other (Levenshtein, 1966). */
export function editDistance(from: string, to: string): number {
  const [a, b] = [Array.from(from), Array.from(to)];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, sign] of a.entries()) {
    const next = [i + 1];
    for (const [j, other] of b.entries()) {
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (sign === other ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** Words of direction, size and age: with another of them a name is another place's, and no slip. */
const CONTRARY = '上下东西南北中前后大小新老東後';

const isContrary = (from: string, to: string): boolean => {
  const [a, b] = [Array.from(from), Array.from(to)];
  const apart = a.flatMap((sign, index) => (sign === b[index] ? [] : [[sign, b[index] ?? '']]));
  return (
    a.length === b.length &&
    apart.length === 1 &&
    apart.every(([sign = '', other = '']) => other !== '' && CONTRARY.includes(sign) && CONTRARY.includes(other))
  );
};

/** Finds the one name that a text is most likely meant to be: one slip in a short name, two in a long one. */
export function nearest(text: string, names: readonly string[]): string | undefined {
  const wanted = fold(text);
  const slips = wanted.length >= 8 ? 2 : 1;
  const shortest = /\p{Script=Han}/u.test(wanted) ? 3 : 5;
  if (wanted.length < shortest) return undefined;
  const near = names
    .flatMap((name) => {
      const folded = fold(name);
      return Math.abs(folded.length - wanted.length) > slips ? [] : [{ name, distance: editDistance(wanted, folded) }];
    })
    .filter(({ name, distance }) => distance <= slips && !isContrary(text, name))
    .sort((a, b) => a.distance - b.distance);
  const [first, second] = near;
  return first && (!second || second.distance > first.distance) ? first.name : undefined;
}
