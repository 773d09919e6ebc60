import { newId } from '../../src/books/new-id';
import type { Transactions } from '../../src/books/transactions';
import { SYSTEM } from '../../src/contracts/caller';
import { PromotionDefinition } from '../../src/contracts/pricing/promotion';

/** Puts a promotion in force, as its first version; the mall's own unless a merchant is named. */
export async function publishPromotion(
  transactions: Transactions,
  written: Record<string, unknown>,
  merchantId: string | null = null,
): Promise<string> {
  const definition = PromotionDefinition.parse({ name: 'Test rule', currency: 'BRL', ...written });
  const id = newId('prm');
  const now = new Date();
  await transactions.run(SYSTEM, async (tx) => {
    await tx
      .insertInto('promotion')
      .values({
        id,
        merchantId,
        status: 'live',
        version: 1,
        code: definition.coupon?.code ?? null,
        validUntil: definition.validity?.until ?? null,
        totalLimit: definition.limits?.total ?? null,
        perCustomerLimit: definition.limits?.perCustomer ?? null,
        budget: definition.limits?.budget ?? null,
        createdAt: now,
        updatedAt: now,
      })
      .execute();
    await tx
      .insertInto('promotion_version')
      .values({
        promotionId: id,
        version: 1,
        definition: JSON.stringify(definition),
        publishedAt: now,
        publishedBy: 'test',
      })
      .execute();
    await tx.insertInto('promotion_counter').values({ promotionId: id }).execute();
  });
  return id;
}
