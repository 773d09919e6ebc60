import type { Address, Recipient } from '../../contracts/addresses/recipient';

const FULL_WIDTH_ZERO = 0xff10;

/** Writes full-width digits as the carrier's printer and computer do. Leaves every other character alone. */
const halfWidthDigits = (text: string): string =>
  text.replace(/[\uff10-\uff19]/g, (digit) => String(digit.charCodeAt(0) - FULL_WIDTH_ZERO));

/** Trims, makes one blank of each run of white space (line breaks included), and makes digits half-width. */
export const tidyText = (text: string): string => halfWidthDigits(text).replace(/\s+/gu, ' ').trim();

/** Makes every character of a code (phone, postcode) half-width, as Unicode's NFKC does, and trims it. */
export const tidyCode = (text: string): string => text.normalize('NFKC').replace(/\s+/gu, ' ').trim();

/**
 * Tidies a recipient: white space, width of digits, and members that say nothing are left out. Nothing that a person would
 * read differently changes; doing it twice does what once does.
 */
export function tidyRecipient({ name, phone, email, address }: Recipient): Recipient {
  const optional = (field: Exclude<keyof Address, 'country' | 'line1'>, tidy: (text: string) => string): Partial<Address> => {
    const text = tidy(address[field] ?? '');
    return text === '' ? {} : { [field]: text };
  };
  return {
    name: tidyText(name), phone: tidyCode(phone), ...(email === undefined ? {} : { email }),
    address: {
      country: address.country, ...optional('region', tidyText), ...optional('city', tidyText), ...optional('district', tidyText),
      line1: tidyText(address.line1), ...optional('line2', tidyText), ...optional('postcode', tidyCode), ...optional('divisionCode', tidyCode),
    },
  };
}
