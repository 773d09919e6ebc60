import type { Command } from 'commander';
import { ERRORS, isRefusal, type Refusal } from '../../contracts/errors';
import { breakdownOf } from '../../domain/pricing/breakdown';
import { priceCart } from '../../domain/pricing/price-cart';
import { CURRENCIES, readQuoteFile } from './quote-file';
import { formatBreakdown } from './quote-table';

/** Registers `mallflow quote`. */
export function registerQuote(program: Command): void {
  program
    .command('quote')
    .description('prices a cart from a file with the rules in it, and explains every cent; needs no server')
    .argument('<file>', 'a cart as JSON: goods, lines, promotions, customer')
    .option('--json', 'print the explanation as one line of JSON')
    .addHelpText(
      'after',
      `
docs/pricing.md describes the file, docs/examples/quote holds one for each kind of promotion. Amounts are minor units of
${CURRENCIES}. When the file cannot be priced, the exit code is 1, and the
message names what is wrong by JSON pointers.`,
    )
    .action((path: string, { json }: { json?: boolean }) => {
      const request = readQuoteFile(path, new Date());
      const cart = priceCart(request);
      if (isRefusal(cart)) throw new Error(sentence(path, cart));
      const breakdown = breakdownOf(cart, request.currency);
      process.stdout.write(json === true ? `${JSON.stringify(breakdown)}\n` : formatBreakdown(breakdown));
    });
}

const sentence = (path: string, { refused, errors = [], extensions }: Refusal): string =>
  [
    `${path} is refused as ${refused}: ${ERRORS[refused].title}`,
    ...errors.map(({ pointer, detail }) => `  ${pointer}: ${detail}`),
    ...(extensions ? [`  ${JSON.stringify(extensions)}`] : []),
  ].join('\n');
