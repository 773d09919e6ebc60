import { capped } from '../../workflows/search-attributes';

const ids = (count: number) => Array.from({ length: count }, (_, n) => `mer_${String(n).padStart(26, '0')}`);
const bytes = (values: readonly string[]) => JSON.stringify(values).length;

test('a list that Temporal takes is left as it is', () => {
  expect(bytes(ids(62))).toBe(2_047);
  expect(capped(ids(62))).toEqual(ids(62));
  expect(capped([])).toEqual([]);
});

test.each([63, 70, 1_000, 100_000])('a list of %s ends with the number of those that are left out', (count) => {
  const short = capped(ids(count));
  expect(bytes(short)).toBeLessThanOrEqual(2_048);
  expect(bytes(short)).toBeGreaterThan(1_950);
  const kept = short.slice(0, -1);
  expect(kept).toEqual(ids(count).slice(0, kept.length));
  expect(short.at(-1)).toBe(`+ ${count - kept.length} more`);
});
