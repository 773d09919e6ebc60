import type { AddressFinding } from '../../contracts/addresses/address-findings';
import type { CountryRules } from './country-rules';
import { finding } from './finding';

/** Describes a postcode in capitals (undefined when absent or without a known pattern), or the finding about it. */
export type PostcodeVerdict = { readonly postcode: string | undefined } | { readonly finding: AddressFinding };

/**
 * Validates a postcode by the country's pattern. It suggests a correction for a lost zero, a country's prefix, or a
 * letter in place of a digit.
 */
export function validatePostcode(rules: CountryRules, text: string | undefined): PostcodeVerdict {
  if (text === undefined) return { postcode: undefined };
  if (!rules.postcode) return { postcode: undefined };
  const postcode = text.toUpperCase();
  if (rules.postcode.test(postcode)) return { postcode };
  const corrections = correctionsOf(rules.country, postcode);
  const suggestion = corrections.find((correction) => rules.postcode?.test(correction) === true);
  return { finding: finding('postcode', 'malformed_postcode', suggestion) };
}

/** Lists possible corrections of a malformed postcode, the likeliest first. */
function correctionsOf(country: string, postcode: string): string[] {
  const prefix = new RegExp(`^(?:〒|CEP|PLZ|ZIP|${country}|${country.slice(0, 1)}(?=[ -]))[ :.-]*`, 'u');
  const plain = postcode.replace(prefix, '').trim();
  const bare = plain.replace(/[^A-Z0-9]/g, '');
  const digits = bare.replace(/[OQ]/g, '0').replace(/[IL]/g, '1').replace(/S/g, '5').replace(/B/g, '8');
  // A spreadsheet drops leading zeros of numbers; a postcode with a dash was no number and lost none.
  const padded = /^\d+$/.test(plain) ? [...grouped(country, `0${digits}`), `0${digits}`] : [];
  return [plain, ...(country === 'GB' ? british(bare) : []), ...grouped(country, digits), bare, digits, ...padded];
}

/** Splits a British postcode before its last three characters and replaces letters that look like digits. */
function british(bare: string): string[] {
  const match = /^([A-Z]{1,2})([A-Z0-9]{1,2})([OIL0-9])([A-Z]{2})$/.exec(bare);
  if (!match) return [];
  const [, area = '', district = '', sector = '', unit = ''] = match;
  const digitOf = (character: string): string => character.replace('O', '0').replace(/[IL]/, '1');
  return [
    `${area}${district} ${digitOf(sector)}${unit}`,
    `${area}${digitOf(district.slice(0, 1))}${district.slice(1)} ${digitOf(sector)}${unit}`,
  ];
}

/** Formats digits in the country's groups. */
function grouped(country: string, digits: string): string[] {
  if (country === 'BR' && digits.length === 8) return [`${digits.slice(0, 5)}-${digits.slice(5)}`];
  if (country === 'US' && digits.length === 9) return [`${digits.slice(0, 5)}-${digits.slice(5)}`];
  if (country === 'JP' && digits.length === 7) return [`${digits.slice(0, 3)}-${digits.slice(3)}`];
  return [];
}
