/**
 * Returns whether a text contains what looks like a payment card's number. Such a number has 13 to 19 digits, with
 * single spaces or dashes between them, and passes the Luhn check (ISO/IEC 7812-1). Digits beside a letter do not
 * count: ids contain such runs by chance.
 */
export function containsCardNumber(text: string): boolean {
  for (const match of text.matchAll(/(?<![0-9A-Za-z])[0-9](?:[ -]?[0-9]){12,18}(?![0-9A-Za-z])/g)) {
    if (passesLuhn(match[0].replace(/[ -]/g, ''))) return true;
  }
  return false;
}

function passesLuhn(digits: string): boolean {
  let sum = 0;
  const lastFirst = Array.from(digits).reverse();
  for (const [index, digit] of lastFirst.entries()) {
    const value = Number(digit) * (index % 2 === 1 ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0;
}
