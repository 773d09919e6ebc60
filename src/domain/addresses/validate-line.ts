import type { AddressFinding } from '../../contracts/addresses/address-findings';
import type { Address } from '../../contracts/addresses/recipient';
import { finding } from './finding';

const PLACEHOLDERS = new RegExp(
  '^(?:n/?a|none|nil|null|undefined|unknown|test(?:ing)?|todo|tbd|xx+|asdf\\w*|same(?: as (?:above|billing))?' +
    '|address|street|[-.?*_]+|无|無|暂无|同上|测试|不知道|地址)$',
  'iu',
);
const DIGIT = /\p{Nd}/u;
const LETTER = /\p{L}/u;
/** Numerals in Chinese and Japanese addresses. */
const HAN_NUMERAL = /[一二三四五六七八九十〇○百千]/u;
/** Texts that replace a number: "without number" in Brazil, a post box, a locker, a number in words. */
const INSTEAD_OF_NUMBER = new RegExp(
  '\\b(?:s/?n|s\\. ?n\\.|sem n[uú]mero|po box|p\\. ?o\\. box|postfach|packstation|general delivery' +
    '|one|two|three|four|five|six|seven|eight|nine|ten)\\b',
  'iu',
);
/** Characters of a mainland detail line that name a house, a village or a known place without a number. */
const CHINESE_DOOR = /[号號楼樓栋棟幢室层座村组队屯庄寨厂场馆寺站院校店府宫城园厦广门厅窟]/u;

/** Countries where an address needs a house number. */
const NEEDS_NUMBER: readonly string[] = ['US', 'BR', 'DE', 'JP', 'TW'];
/** The fewest letters and digits in a line, by country. */
const SHORTEST: Readonly<Record<string, number>> = { CN: 4, HK: 3, MO: 3, TW: 4, JP: 3 };
const SHORTEST_ELSEWHERE = 4;

/** Validates the street line: it must be present, no placeholder, long enough, and numbered where needed. */
export function validateLine({ country, line1, line2 }: Address): AddressFinding[] {
  if (line1 === '') return [finding('line1', 'missing')];
  if (PLACEHOLDERS.test(line1)) return [finding('line1', 'placeholder')];
  const whole = `${line1} ${line2 ?? ''}`;
  const length = line1.replace(/[^\p{L}\p{N}]/gu, '').length;
  if (!LETTER.test(line1) || length < (SHORTEST[country] ?? SHORTEST_ELSEWHERE))
    return [finding('line1', 'incomplete_line')];
  const numbered =
    DIGIT.test(whole) ||
    INSTEAD_OF_NUMBER.test(whole) ||
    (['JP', 'TW', 'CN'].includes(country) && HAN_NUMERAL.test(whole));
  if (NEEDS_NUMBER.includes(country) && !numbered) return [finding('line1', 'house_number_missing')];
  if (country === 'CN' && !numbered && !CHINESE_DOOR.test(whole)) return [finding('line1', 'incomplete_line')];
  return [];
}

/** Validates the recipient's name: it needs one letter, in mainland China two, and must be no placeholder. */
export function validateName(name: string, country: string): AddressFinding[] {
  if (name === '') return [finding('name', 'missing')];
  const letters = Array.from(name).filter((character) => LETTER.test(character)).length;
  return letters < (country === 'CN' ? 2 : 1) || PLACEHOLDERS.test(name) ? [finding('name', 'not_a_name')] : [];
}
