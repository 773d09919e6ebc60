import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { validateAddresses } from '../../bench/olist/addresses';
import { readDataset } from '../../bench/olist/dataset';
import { writeOrders } from './made-up-orders';

/** Contains real orders, beside the project: their licence does not let us ship them. */
const FOLDER = join(__dirname, '../../../shared/data/olist');
const withRealOrders = existsSync(FOLDER) ? test : test.skip;

withRealOrders(
  'real orders are held for these reasons only (skipped without ../shared/data/olist)',
  async () => {
    const outcome = validateAddresses(await readDataset(FOLDER));
    expect(outcome).toMatchObject({
      orders: 5_000,
      held: 17,
      mendable: 17,
      findings: { '/address/city unknown_division': 17 },
    });
    // The list spells all of these towns differently: see docs/addresses.md.
    expect([...outcome.places].sort()).toEqual([
      'MG brazopolis: Brasopolis',
      'MG piumhii: Piumhi',
      'MG santa rita do ibitipoca: Santa Rita de Ibitipoca',
      'MS bataypora: Bataiporã',
      'RJ paraty: Parati',
      "RO espigao do oeste: Espigão d'Oeste",
      "SC sao lourenco do oeste: São Lourenço d'Oeste",
      'SP mogi mirim: Moji-Mirim',
      'SP mogi-mirim: Moji-Mirim',
    ]);
  },
  60_000,
);

/** Holds one city that the list spells differently, one postcode of another state, and cities without findings. */
const CUSTOMERS = `customer_id,customer_unique_id,customer_zip_code_prefix,customer_city,customer_state
k1,unique-1,13800,mogi mirim,SP
k2,unique-2,20000,sao paulo,SP
${Array.from({ length: 7 }, (_, i) => `k${i + 3},unique-${i + 3},0${i + 3}000,cidade,SP`).join('\n')}
`;

test('held orders are counted in all, by reason and by place', async () => {
  const folder = writeOrders({ customers: CUSTOMERS });
  try {
    expect(validateAddresses(await readDataset(folder))).toEqual({
      orders: 9,
      held: 2,
      mendable: 1,
      findings: { '/address/city unknown_division': 1, '/address/postcode elsewhere': 1 },
      places: ['SP sao paulo: none', 'SP mogi mirim: Moji-Mirim'],
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
