import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { judgeAddresses } from '../../bench/olist/addresses';
import { readDataset } from '../../bench/olist/dataset';
import { writeOrders } from './made-up-orders';

/** Real orders, beside the project; its licence does not let us ship them. */
const FOLDER = join(__dirname, '../../../shared/data/olist');
const whereThereAreRealOrders = existsSync(FOLDER) ? test : test.skip;

whereThereAreRealOrders(
  'real orders are held for these reasons only (skipped without ../shared/data/olist)',
  async () => {
    const judged = judgeAddresses(await readDataset(FOLDER));
    expect(judged).toMatchObject({
      orders: 5_000,
      held: 17,
      mendable: 17,
      findings: { '/address/city unknown_division': 17 },
    });
    // All of them are towns that the list spells otherwise: docs/addresses.md says so.
    expect([...judged.places].sort()).toEqual([
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

/**
 * The first is spelled otherwise than in the list, the second has a postcode of another state; the rest are no towns
 * that the list would miss.
 */
const CUSTOMERS = `customer_id,customer_unique_id,customer_zip_code_prefix,customer_city,customer_state
k1,unique-1,13800,mogi mirim,SP
k2,unique-2,20000,sao paulo,SP
${Array.from({ length: 7 }, (_, i) => `k${i + 3},unique-${i + 3},0${i + 3}000,cidade,SP`).join('\n')}
`;

test('what is held is counted by order, by reason and by place', async () => {
  const folder = writeOrders({ customers: CUSTOMERS });
  try {
    expect(judgeAddresses(await readDataset(folder))).toEqual({
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
