import type { Address, Recipient } from '../../contracts/addresses/recipient';

const FULL_WIDTH_ZERO = 0xff10;

/** Writes full-width digits as the carrier's printer and computer do. Leaves every other character alone. */
const halfWidthDigits = (text: string): string =>
  text.replace(/[\uff10-\uff19]/g, (digit) => String(digit.charCodeAt(0) - FULL_WIDTH_ZERO));

/** Trims, makes one blank of each run of white space (line breaks included), and makes digits half-width. */
export const normalizeText = (text: string): string => halfWidthDigits(text).replace(/\s+/gu, ' ').trim();

/** Makes every character of a code (phone, postcode) half-width, as Unicode's NFKC does, and trims it. */
export const normalizeCode = (text: string): string => text.normalize('NFKC').replace(/\s+/gu, ' ').trim();

/**
 * Tidies a recipient: white space, width of digits, and members that say nothing are left out. Nothing that a person
 * would read differently changes; doing it twice does what once does.
 */
export function normalizeRecipient({ name, phone, email, address }: Recipient): Recipient {
  const optional = (
    field: Exclude<keyof Address, 'country' | 'line1'>,
    tidy: (text: string) => string,
  ): Partial<Address> => {
    const text = tidy(address[field] ?? '');
    return text === '' ? {} : { [field]: text };
  };
  return {
    name: normalizeText(name),
    phone: normalizeCode(phone),
    ...(email === undefined ? {} : { email }),
    address: {
      country: address.country,
      ...optional('region', normalizeText),
      ...optional('city', normalizeText),
      ...optional('district', normalizeText),
      line1: normalizeText(address.line1),
      ...optional('line2', normalizeText),
      ...optional('postcode', normalizeCode),
      ...optional('divisionCode', normalizeCode),
    },
  };
}
