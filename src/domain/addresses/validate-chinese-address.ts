import type { AddressFinding, FindingCode } from '../../contracts/addresses/address-findings';
import type { Address } from '../../contracts/addresses/recipient';
import { DISTRICTS, districtsNamed, isNamed, nameOfCode, namesOf, type District } from './china-divisions';
import { finding } from './finding';
import { nearest } from './division-names';

const LEVELS = ['region', 'city', 'district'] as const;
type Level = (typeof LEVELS)[number];
type Given = Partial<Record<Level, string>>;

/** Mainland provinces and municipalities, to be recognized at the beginning of a detail line. */
const REGIONS = namesOf('region', DISTRICTS);
/** Regions of China that ISO 3166 lists as countries: their addresses have other forms. */
const OTHER_COUNTRIES: readonly (readonly [RegExp, string])[] = [
  [/^(?:香港|Hong ?Kong)/iu, 'HK'],
  [/^(?:澳门|Maca[uo])/iu, 'MO'],
  [/^(?:台湾|臺灣|Taiwan)/iu, 'TW'],
];

/**
 * Judges an address of mainland China: province, city and district are known by the list of GB/T 2260 and lie in each
 * other, the division code (where there is one) is theirs, and the detail line does not name another province.
 */
export function validateChineseAddress(address: Address): AddressFinding[] {
  const [, country] = OTHER_COUNTRIES.find(([pattern]) => pattern.test(address.region ?? '')) ?? [];
  if (country !== undefined) return [finding('country', 'elsewhere', country)];
  const unreadable = LEVELS.flatMap((level) => unreadableName(level, address[level]));
  if (unreadable.length > 0) return unreadable;
  const given: Given = Object.fromEntries(
    LEVELS.flatMap((level) => (address[level] === undefined ? [] : [[level, address[level]]])),
  );
  const found = judgeNames(given, address);
  return [
    ...found,
    ...(found.length === 0 ? [...judgeCode(given, address.divisionCode), ...judgeBeginning(address)] : []),
    ...judgePostcode(address.postcode),
  ];
}

function unreadableName(level: Level, text: string | undefined): AddressFinding[] {
  if (text === undefined || /\p{Script=Han}/u.test(text)) return [];
  return [/^\d{6}$/.test(text) ? finding(level, 'code_for_name', nameOfCode(text)) : finding(level, 'not_in_chinese')];
}

/** Finds the districts that fit every field but those left out of account. */
function fitting(given: Given, without: readonly Level[] = []): readonly District[] {
  const counted = LEVELS.filter((level) => given[level] !== undefined && !without.includes(level));
  const rarest = counted.includes('city') ? 'city' : counted.includes('district') ? 'district' : 'region';
  const first = counted.includes(rarest) ? districtsNamed(rarest, given[rarest] ?? '') : DISTRICTS;
  return first.filter((one) => counted.every((level) => isNamed(one, level, given[level] ?? '')));
}

function judgeNames(given: Given, address: Address): AddressFinding[] {
  const all = fitting(given);
  if (all.length > 0) return judgeMissing(given, address, all);
  const suspects = LEVELS.filter((level) => given[level] !== undefined);
  const byCode = DISTRICTS.find(({ code }) => code === address.divisionCode);
  for (const suspect of [...suspects].reverse()) {
    const others = fitting(given, [suspect]);
    if (others.length === 0 || suspects.length === 1) continue;
    const meant =
      nearest(given[suspect] ?? '', namesOf(suspect, others)) ??
      (byCode && others.includes(byCode) ? byCode[suspect] : undefined) ??
      (others.length === 1 || suspect !== 'district' ? only(namesOf(suspect, others)) : undefined);
    const known = districtsNamed(suspect, given[suspect] ?? '').length > 0;
    // A district that lies in another city of the same province: the city may be the one that is wrong.
    if (suspect === 'district' && known && meant === undefined && suspects.length === 3) {
      const city = only(namesOf('city', fitting(given, ['city'])));
      if (city !== undefined) return [finding('city', 'elsewhere', city)];
    }
    return [finding(suspect, known ? 'elsewhere' : 'unknown_division', meant)];
  }
  return suspects.map((level) => unknown(level, given[level] ?? ''));
}

const unknown = (level: Level, text: string): AddressFinding => {
  const code: FindingCode = districtsNamed(level, text).length > 0 ? 'elsewhere' : 'unknown_division';
  return finding(level, code, code === 'elsewhere' ? undefined : nearest(text, namesOf(level, DISTRICTS)));
};

/** Tells which levels are left open, with what the others (or the code, or the detail line) say of them. */
function judgeMissing(given: Given, { divisionCode, line1 }: Address, all: readonly District[]): AddressFinding[] {
  const coded = all.filter(({ code }) => code === divisionCode);
  const open = coded.length > 0 ? coded : all;
  const begins = open.filter(
    (one) => one.district !== undefined && line1.replace(one.region, '').replace(one.city, '').startsWith(one.district),
  );
  const candidates = begins.length > 0 ? begins : open;
  if (given.district === undefined && candidates.every(({ district }) => district === undefined))
    return missingAbove(given, candidates);
  const lacking = LEVELS.filter((level) => given[level] === undefined);
  if (lacking.length > 0) return lacking.map((level) => finding(level, 'missing', only(namesOf(level, candidates))));
  const names = [...new Set(all.map((one) => one.district ?? ''))];
  return names.length > 1 ? [finding('district', 'ambiguous_division', coded[0]?.district)] : [];
}

/** A city without districts needs none; its province is needed all the same. */
const missingAbove = (given: Given, candidates: readonly District[]): AddressFinding[] =>
  (['region', 'city'] as const)
    .filter((level) => given[level] === undefined)
    .map((level) => finding(level, 'missing', only(namesOf(level, candidates))));

function judgeCode(given: Given, code: string | undefined): AddressFinding[] {
  if (code === undefined) return [];
  const named = fitting(given);
  return named.some((one) => one.code === code) ? [] : [finding('divisionCode', 'code_disagrees', only(named)?.code)];
}

/** A detail line that begins with another province than the address's own: nobody can tell which is meant. */
function judgeBeginning({ region = '', line1 }: Address): AddressFinding[] {
  const other = REGIONS.find((name) => line1.startsWith(name) && name !== region && !name.startsWith(region));
  return other === undefined ? [] : [finding('line1', 'elsewhere')];
}

const judgePostcode = (postcode: string | undefined): AddressFinding[] =>
  postcode === undefined || /^\d{6}$/.test(postcode)
    ? []
    : [finding('postcode', 'malformed_postcode', only(postcode.replace(/\D/g, '').match(/^\d{6}$/) ?? []))];

const only = <T>(found: readonly T[]): T | undefined => (found.length === 1 ? found[0] : undefined);
