import { sql } from 'kysely';
import { skuName } from '../../books/catalogue/import-skus';
import { insertPromotion, publishPromotion } from '../../books/pricing/promotion-drafts';
import type { Transactions } from '../../books/transactions';
import type { Caller } from '../../contracts/caller';
import { isRefusal } from '../../contracts/errors';
import { PromotionDefinition } from '../../contracts/pricing/promotion';

/** The coupon of the sample mall: 20.00 off 100.00 and more. */
export const SAMPLE_COUPON = 'SAMPLE20';

/** The tier of the customer in `mallflow demo`. */
export const SAMPLE_TIER = 'gold';

const OWNER: Caller = { role: 'platform', subject: 'mall', actor: 'platform:sample-mall' };

/** Describes a rule of the sample mall; `merchant` by code, null for the mall's own. Amounts are fen. */
interface SamplePromotion {
  readonly merchant: string | null;
  readonly definition: Record<string, unknown>;
}

const promotions = (skuOf: (merchant: string, code: string) => string): readonly SamplePromotion[] => [
  {
    merchant: 'aurora',
    definition: { name: 'Lighting week', kind: 'percentage', rate: 1_000, scope: { categories: ['lighting'] } },
  },
  {
    merchant: 'bamboo',
    definition: {
      name: 'Second tea at half price',
      kind: 'nth_item',
      n: 2,
      rate: 5_000,
      of: 'scope',
      scope: { categories: ['tea'] },
    },
  },
  {
    merchant: 'bamboo',
    definition: {
      name: 'Green tea with its strainer',
      kind: 'bundle_price',
      price: 9_900,
      parts: ['BA-01', 'BA-11'].map((code) => ({ skuIds: [skuOf('bamboo', code)], quantity: 1 })),
    },
  },
  {
    merchant: 'cobalt',
    definition: {
      name: 'Three cables for two',
      kind: 'buy_n_get_m',
      buy: 2,
      get: 1,
      of: 'scope',
      scope: { categories: ['cables'] },
    },
  },
  {
    merchant: null,
    definition: {
      name: "Members' days",
      kind: 'member_discount',
      tiers: [
        { tier: SAMPLE_TIER, rate: 300 },
        { tier: 'silver', rate: 100 },
      ],
    },
  },
  {
    merchant: null,
    definition: {
      name: 'Every 200 less 25',
      kind: 'spend_every',
      every: 20_000,
      save: 2_500,
      times: 4,
      platformShare: 5_000,
    },
  },
  {
    merchant: null,
    definition: {
      name: 'Twenty off',
      kind: 'fixed_amount',
      amount: 2_000,
      minimum: { amount: 10_000 },
      coupon: { code: SAMPLE_COUPON },
    },
  },
  {
    merchant: null,
    definition: { name: 'Delivery on us', kind: 'free_shipping', atMost: 800, minimum: { amount: 19_900 } },
  },
];

/** Publishes the sample mall's promotions, each once by name; later changes to them stay. */
export async function publishSamplePromotions(
  transactions: Transactions,
  merchants: ReadonlyMap<string, string>,
  skus: ReadonlyMap<string, string>,
): Promise<void> {
  const idOf = (ids: ReadonlyMap<string, string>, key: string): string => {
    const id = ids.get(key);
    if (id === undefined) throw new Error(`The sample mall's promotions name ${key}, which was not imported`);
    return id;
  };
  await transactions.run(OWNER, async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtext('import:promotion'))`.execute(tx);
    const known = await tx
      .selectFrom('promotion_version')
      .select(sql<string>`definition->>'name'`.as('name'))
      .where('publishedBy', '=', OWNER.actor)
      .execute();
    for (const { merchant, definition } of promotions((code, sku) =>
      idOf(skus, skuName({ merchantId: idOf(merchants, code), code: sku })),
    )) {
      const parsed = PromotionDefinition.parse({ currency: 'CNY', ...definition });
      if (known.some(({ name }) => name === parsed.name)) continue;
      const id = await insertPromotion(tx, merchant === null ? null : idOf(merchants, merchant), parsed);
      const refusal = await publishPromotion(tx, id, OWNER.actor);
      if (isRefusal(refusal)) throw new Error(`The sample mall's ${parsed.name} was not published: ${refusal.refused}`);
    }
  });
}
