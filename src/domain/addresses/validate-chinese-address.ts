import type { AddressFinding, FindingCode } from '../../contracts/addresses/address-findings';
import type { Address } from '../../contracts/addresses/recipient';
import { DISTRICTS, districtsNamed, isNamed, nameOfCode, namesOf, type District } from './china-divisions';
import { finding } from './finding';
import { closestName } from './division-names';

const LEVELS = ['region', 'city', 'district'] as const;
type Level = (typeof LEVELS)[number];
type Given = Partial<Record<Level, string>>;
/** The levels by how few districts share a name of each. */
const RAREST_FIRST: readonly Level[] = ['city', 'district', 'region'];

/** Mainland provinces and municipalities, to recognize at the beginning of a detail line. */
const REGIONS = namesOf('region', DISTRICTS);
/** Regions of China that ISO 3166 lists as countries; their addresses have other forms. */
const OTHER_COUNTRIES: readonly (readonly [RegExp, string])[] = [
  [/^(?:香港|Hong ?Kong)/iu, 'HK'],
  [/^(?:澳门|Maca[uo])/iu, 'MO'],
  [/^(?:台湾|臺灣|Taiwan)/iu, 'TW'],
];

/**
 * Validates an address of mainland China. Province, city and district must be in the list of GB/T 2260 and lie in each
 * other, a division code must be theirs, and the detail line must not begin with another province.
 */
export function validateChineseAddress(address: Address): AddressFinding[] {
  const [, country] = OTHER_COUNTRIES.find(([pattern]) => pattern.test(address.region ?? '')) ?? [];
  if (country !== undefined) return [finding('country', 'elsewhere', country)];
  const unreadable = LEVELS.flatMap((level) => unreadableName(level, address[level]));
  if (unreadable.length > 0) return unreadable;
  const given: Given = Object.fromEntries(
    LEVELS.flatMap((level) => (address[level] === undefined ? [] : [[level, address[level]]])),
  );
  const found = validateNames(given, address);
  return [
    ...found,
    ...(found.length === 0 ? [...validateCode(given, address.divisionCode), ...validateLineStart(address)] : []),
    ...validatePostcode(address.postcode),
  ];
}

function unreadableName(level: Level, text: string | undefined): AddressFinding[] {
  if (text === undefined || /\p{Script=Han}/u.test(text)) return [];
  return [/^\d{6}$/.test(text) ? finding(level, 'code_for_name', nameOfCode(text)) : finding(level, 'not_in_chinese')];
}

/** Finds the districts that match every given level except the ignored ones. */
function matchingDistricts(given: Given, ignored: readonly Level[] = []): readonly District[] {
  const levels = LEVELS.filter((level) => given[level] !== undefined && !ignored.includes(level));
  const rarest = RAREST_FIRST.find((level) => levels.includes(level));
  const candidates = rarest === undefined ? DISTRICTS : districtsNamed(rarest, given[rarest] ?? '');
  return candidates.filter((district) => levels.every((level) => isNamed(district, level, given[level] ?? '')));
}

function validateNames(given: Given, address: Address): AddressFinding[] {
  const matching = matchingDistricts(given);
  if (matching.length > 0) return findMissingLevels(given, address, matching);
  const levels = LEVELS.filter((level) => given[level] !== undefined);
  const byCode = DISTRICTS.find(({ code }) => code === address.divisionCode);
  for (const level of [...levels].reverse()) {
    const others = matchingDistricts(given, [level]);
    if (others.length === 0 || levels.length === 1) continue;
    const suggestion =
      closestName(given[level] ?? '', namesOf(level, others)) ??
      (byCode && others.includes(byCode) ? byCode[level] : undefined) ??
      (others.length === 1 || level !== 'district' ? only(namesOf(level, others)) : undefined);
    const isKnown = districtsNamed(level, given[level] ?? '').length > 0;
    // The district exists in another city of the same province: the city may be the wrong one.
    if (level === 'district' && isKnown && suggestion === undefined && levels.length === 3) {
      const city = only(namesOf('city', matchingDistricts(given, ['city'])));
      if (city !== undefined) return [finding('city', 'elsewhere', city)];
    }
    return [finding(level, isKnown ? 'elsewhere' : 'unknown_division', suggestion)];
  }
  return levels.map((level) => mismatchOf(level, given[level] ?? ''));
}

const mismatchOf = (level: Level, text: string): AddressFinding => {
  const code: FindingCode = districtsNamed(level, text).length > 0 ? 'elsewhere' : 'unknown_division';
  return finding(level, code, code === 'elsewhere' ? undefined : closestName(text, namesOf(level, DISTRICTS)));
};

/** Finds the missing levels, and suggests what the other levels, the code or the detail line say about them. */
function findMissingLevels(
  given: Given,
  { divisionCode, line1 }: Address,
  matching: readonly District[],
): AddressFinding[] {
  const withCode = matching.filter(({ code }) => code === divisionCode);
  const possible = withCode.length > 0 ? withCode : matching;
  const namedByLine = possible.filter(
    ({ region, city, district }) =>
      district !== undefined && line1.replace(region, '').replace(city, '').startsWith(district),
  );
  const candidates = namedByLine.length > 0 ? namedByLine : possible;
  if (given.district === undefined && candidates.every(({ district }) => district === undefined))
    return findMissingAbove(given, candidates);
  const missing = LEVELS.filter((level) => given[level] === undefined);
  if (missing.length > 0) return missing.map((level) => finding(level, 'missing', only(namesOf(level, candidates))));
  const names = new Set(matching.map(({ district }) => district ?? ''));
  return names.size > 1 ? [finding('district', 'ambiguous_division', withCode[0]?.district)] : [];
}

/** Finds a missing province or city. A city without districts needs no district, but it needs its province. */
const findMissingAbove = (given: Given, candidates: readonly District[]): AddressFinding[] =>
  (['region', 'city'] as const)
    .filter((level) => given[level] === undefined)
    .map((level) => finding(level, 'missing', only(namesOf(level, candidates))));

function validateCode(given: Given, code: string | undefined): AddressFinding[] {
  if (code === undefined) return [];
  const matching = matchingDistricts(given);
  if (matching.some((district) => district.code === code)) return [];
  return [finding('divisionCode', 'code_disagrees', only(matching)?.code)];
}

/** Refuses a detail line that begins with another province than the address's own. */
function validateLineStart({ region = '', line1 }: Address): AddressFinding[] {
  const other = REGIONS.find((name) => line1.startsWith(name) && name !== region && !name.startsWith(region));
  return other === undefined ? [] : [finding('line1', 'elsewhere')];
}

function validatePostcode(postcode: string | undefined): AddressFinding[] {
  if (postcode === undefined || /^\d{6}$/.test(postcode)) return [];
  const digits = postcode.replace(/\D/g, '');
  return [finding('postcode', 'malformed_postcode', /^\d{6}$/.test(digits) ? digits : undefined)];
}

const only = <T>(found: readonly T[]): T | undefined => (found.length === 1 ? found[0] : undefined);
