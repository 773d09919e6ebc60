import { isSupportedCountry, parsePhoneNumberFromString, type PhoneNumber } from 'libphonenumber-js/max';
import type { AddressFinding } from '../../contracts/addresses/address-findings';
import type { Recipient } from '../../contracts/addresses/recipient';
import { finding } from './finding';
import { normalizeCode } from './normalize';

/** What can be dialled: its international form (E.164), or what is wrong with it. */
export type PhoneVerdict = { readonly phone: string } | { readonly finding: AddressFinding };

/**
 * Reads a phone number as somebody in the address's country writes it, by libphonenumber's plans. Mainland China needs
 * an 11-digit mobile number of its own; elsewhere a valid number of any country will do.
 */
export function validatePhone(text: string, country: string): PhoneVerdict {
  if (text === '') return { finding: finding('phone', 'missing') };
  const parsed = read(text, country);
  if (!parsed) return { finding: finding('phone', 'not_a_phone_number', numberWithin(text, country)) };
  if (!parsed.isValid()) return { finding: finding('phone', 'phone_not_in_use', otherReading(text, parsed, country)) };
  if (parsed.ext !== undefined) return { finding: finding('phone', 'phone_has_extension', fit(parsed, country)) };
  return isFit(parsed, country) ? { phone: parsed.number } : { finding: finding('phone', 'phone_not_mobile') };
}

/**
 * Gives the number by which a recipient is reached, in E.164, as it was judged with these findings; undefined where the
 * number is at fault.
 */
export function dialable({ phone, address }: Recipient, findings: readonly AddressFinding[]): string | undefined {
  if (findings.some(({ pointer }) => pointer === '/phone')) return undefined;
  const number = validatePhone(
    normalizeCode(phone),
    findings.find(({ pointer }) => pointer === '/address/country')?.suggestion ?? address.country,
  );
  return 'phone' in number ? number.phone : undefined;
}

function read(text: string, country: string, extract = false): PhoneNumber | undefined {
  return parsePhoneNumberFromString(text, {
    extract,
    ...(isSupportedCountry(country) ? { defaultCountry: country } : {}),
  });
}

const isFit = (number: PhoneNumber, country: string): boolean =>
  country !== 'CN' || (number.country === 'CN' && number.getType() === 'MOBILE');

/** Gives a number for a suggestion: only one that would do. */
const fit = (number: PhoneNumber | undefined, country: string): string | undefined =>
  number?.isValid() === true && isFit(number, country) ? number.number : undefined;

/** Finds a number among other words. */
const numberWithin = (text: string, country: string): string | undefined => fit(read(text, country, true), country);

/**
 * Reads a number as one that lost its plus sign, or a Brazilian mobile number from before the ninth digit (2012 to
 * 2016).
 */
function otherReading(text: string, parsed: PhoneNumber, country: string): string | undefined {
  const digits = text.replace(/\D/g, '');
  const international = fit(read(`+${digits}`, country), country);
  if (international !== undefined) return international;
  const old = /^(\d\d)([6-9]\d{7})$/.exec(parsed.nationalNumber);
  return parsed.countryCallingCode === '55' && old ? fit(read(`+55${old[1]}9${old[2]}`, country), country) : undefined;
}
