import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { registerQuote } from '../../../src/cli/pricing/quote';
import { readQuoteFile } from '../../../src/cli/pricing/quote-file';
import { PromotionDefinition } from '../../../src/contracts/pricing/promotion';
import { PriceBreakdown } from '../../../src/contracts/pricing/quote';

const EXAMPLES = join(__dirname, '../../../docs/examples/quote');
const examples = readdirSync(EXAMPLES).sort();
const NOW = new Date('2026-11-23T00:00:00Z');
const folder = mkdtempSync(join(tmpdir(), 'mallflow-quote-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Runs the verb as the program does, and answers what it printed. */
async function quote(...argv: string[]): Promise<string> {
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  registerQuote(program);
  for (const verb of program.commands) verb.exitOverride();
  const printed: string[] = [];
  const write = jest.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
  try {
    await program.parseAsync(['node', 'mallflow', 'quote', ...argv]);
  } finally {
    write.mockRestore();
  }
  return printed.join('');
}

/** Writes a file like an example, with members replaced. */
function fileWith(change: Record<string, unknown>): string {
  const path = join(folder, 'cart.json');
  writeFileSync(
    path,
    JSON.stringify({ ...(JSON.parse(readFileSync(join(EXAMPLES, 'percentage.json'), 'utf8')) as object), ...change }),
  );
  return path;
}

test.each(examples)('%s is priced, and its sums are right', async (name) => {
  const breakdown = PriceBreakdown.parse(JSON.parse(await quote(join(EXAMPLES, name), '--json')));
  expect(breakdown.rules.length).toBeGreaterThan(0);
  expect(breakdown.lines.reduce((sum, line) => sum + line.goods.amount + line.shipping.amount, 0)).toBe(
    breakdown.total.amount,
  );
  expect(
    breakdown.rules.flatMap((rule) => rule.discounts).reduce((sum, discount) => sum + discount.amount.amount, 0),
  ).toBe(breakdown.discount.amount);
});

test('the examples show every kind of promotion', () => {
  const shown = examples.flatMap((name) =>
    readQuoteFile(join(EXAMPLES, name), NOW).promotions.map(({ definition }) => definition.kind),
  );
  expect(
    PromotionDefinition.options.map((option) => option.shape.kind.value).filter((kind) => !shown.includes(kind)),
  ).toEqual([]);
});

test('prints lines, rules with who pays, rules that did not apply, and the sums', async () => {
  const printed = await quote(join(EXAMPLES, 'coupons.json'));
  expect(printed).toMatch(/1 {2}lamp +1 +159\.00 CNY +159\.00 CNY +-12\.87 CNY/);
  expect(printed).toMatch(/Welcome +welcome v1 +fixed_amount, coupon WELCOME20 +-20\.00 CNY/);
  expect(printed).toMatch(/Tea lovers +tea-lovers v1 +total_limit +All 100 uses are taken/);
  expect(printed).toContain('No rule knows the coupon NOSUCH.');
});

test('prices by the current time when the file names none', () => {
  expect(readQuoteFile(fileWith({ at: undefined }), NOW).wallTime).toBe('2026-11-23T08:00:00');
  expect(readQuoteFile(fileWith({ at: '2026-11-11T00:00:00+08:00' }), NOW).wallTime).toBe('2026-11-11T00:00:00');
});

test("taxes by the file's own rates where it has some", async () => {
  const taxOf = async (change: object) =>
    PriceBreakdown.parse(JSON.parse(await quote(fileWith({ country: 'BR', ...change }), '--json'))).lines[0]?.tax?.rate;
  expect([
    await taxOf({}),
    await taxOf({ taxRates: { BR: [{ since: '2026-01-01', rates: { standard: 1700 } }] } }),
  ]).toEqual([undefined, 1700]);
});

test.each([
  ['an unknown member', { colour: 'red' }, '/colour: It is not a member of this request'],
  [
    'a rate over the whole',
    { promotions: [{ id: 'p', definition: { kind: 'percentage', name: 'p', currency: 'CNY', rate: 10_001 } }] },
    '/promotions/0/definition/rate: ',
  ],
  [
    'an unknown kind',
    { promotions: [{ id: 'p', definition: { kind: 'magic', name: 'p', currency: 'CNY' } }] },
    '/promotions/0/definition/kind: ',
  ],
  [
    'two rules with one id',
    { promotions: ['p', 'p'].map((id) => ({ id, definition: { kind: 'free_shipping', name: 'p', currency: 'CNY' } })) },
    '/promotions/1/id: p appears twice',
  ],
  [
    'an impossible day',
    {
      promotions: [
        {
          id: 'p',
          definition: { kind: 'free_shipping', name: 'p', currency: 'CNY', validity: { from: '2026-13-41T00:00:00' } },
        },
      ],
    },
    '/promotions/0/definition/validity/from: ',
  ],
  [
    'goods of an unknown merchant',
    { merchants: [{ id: 'bamboo' }] },
    '/goods/0/merchantId: aurora is not in merchants',
  ],
  ['an unknown time zone', { timeZone: 'Mars/Olympus' }, '/timeZone: must be an IANA time zone'],
  ['no lines', { lines: [] }, '/lines: '],
  [
    'a line of unknown goods',
    { lines: [{ skuId: 'sofa', quantity: 1 }] },
    'unknown_sku: A SKU is not in the catalogue\n  /lines/0/skuId: sofa',
  ],
  [
    'another total than ours',
    { total: { amount: 1, currency: 'CNY' } },
    'price_changed: The price differs from the one the customer saw\n  /total: ',
  ],
])('says what is wrong with %s', async (_what, change, fault) => {
  await expect(quote(fileWith(change))).rejects.toThrow(fault);
});

test('says when a file cannot be read, and when none is named', async () => {
  await expect(quote(join(folder, 'none.json'))).rejects.toThrow(/none\.json cannot be read: .*ENOENT/);
  writeFileSync(join(folder, 'broken.json'), '{');
  await expect(quote(join(folder, 'broken.json'))).rejects.toThrow('broken.json cannot be read: ');
  await expect(quote()).rejects.toThrow(CommanderError);
});
