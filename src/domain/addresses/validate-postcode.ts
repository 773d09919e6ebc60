import type { AddressFinding } from '../../contracts/addresses/address-findings';
import type { CountryRules } from './country-rules';
import { finding } from './finding';

/** A postcode in capitals, undefined where there is none to go by, or what is wrong with it. */
export type PostcodeVerdict = { readonly postcode: string | undefined } | { readonly finding: AddressFinding };

/**
 * Judges the form of a postcode by the country's pattern. Suggests what is near: a lost zero, a mark of the country, a
 * letter for a digit.
 */
export function validatePostcode(rules: CountryRules, text: string | undefined): PostcodeVerdict {
  if (text === undefined) return { postcode: undefined };
  if (!rules.postcode) return { postcode: undefined };
  const postcode = text.toUpperCase();
  if (rules.postcode.test(postcode)) return { postcode };
  const near = readings(rules.country, postcode).find((reading) => rules.postcode?.test(reading) === true);
  return { finding: finding('postcode', 'malformed_postcode', near) };
}

/** Lists how a malformed postcode may be meant, the likeliest first. */
function readings(country: string, postcode: string): string[] {
  const marks = new RegExp(`^(?:〒|CEP|PLZ|ZIP|${country}|${country.slice(0, 1)}(?=[ -]))[ :.-]*`, 'u');
  const plain = postcode.replace(marks, '').trim();
  const bare = plain.replace(/[^A-Z0-9]/g, '');
  const digits = bare.replace(/[OQ]/g, '0').replace(/[IL]/g, '1').replace(/S/g, '5').replace(/B/g, '8');
  // A table of figures drops the zeros that numbers begin with; what was typed with its dash was typed as a whole.
  const padded = /^\d+$/.test(plain) ? [...grouped(country, `0${digits}`), `0${digits}`] : [];
  return [plain, ...(country === 'GB' ? british(bare) : []), ...grouped(country, digits), bare, digits, ...padded];
}

/** Splits a British postcode before its last three signs, with digits where letters that look like them stand. */
function british(bare: string): string[] {
  const parts = /^([A-Z]{1,2})([A-Z0-9]{1,2})([OIL0-9])([A-Z]{2})$/.exec(bare);
  if (!parts) return [];
  const [, area = '', district = '', sector = '', unit = ''] = parts;
  const figure = (sign: string): string => sign.replace('O', '0').replace(/[IL]/, '1');
  return [
    `${area}${district} ${figure(sector)}${unit}`,
    `${area}${figure(district.slice(0, 1))}${district.slice(1)} ${figure(sector)}${unit}`,
  ];
}

/** Writes digits in the country's groups. */
function grouped(country: string, digits: string): string[] {
  if (country === 'BR' && digits.length === 8) return [`${digits.slice(0, 5)}-${digits.slice(5)}`];
  if (country === 'US' && digits.length === 9) return [`${digits.slice(0, 5)}-${digits.slice(5)}`];
  if (country === 'JP' && digits.length === 7) return [`${digits.slice(0, 3)}-${digits.slice(3)}`];
  return [];
}
