import { readBreakdown } from '../../books/pricing/price-snapshots';
import type { Transactions } from '../../books/transactions';
import type { Vault } from '../../books/vault';
import type { Caller } from '../../contracts/caller';
import { isRefusal, refuse, type Refusal } from '../../contracts/errors';
import type { AskQuote, PriceBreakdown } from '../../contracts/pricing/quote';
import { breakdownOf } from '../../domain/pricing/breakdown';
import { priceRequested, type PricingPolicy } from './price-order';

/** Prices, before an order and of an order. */
export class QuoteService {
  constructor(
    private readonly transactions: Transactions,
    private readonly vault: Vault,
    private readonly policy: PricingPolicy,
  ) {}

  /**
   * Says what an order would cost right now, and why. Writes nothing and holds nothing: coupons that do not apply are
   * told of.
   */
  quote(caller: Caller, { country, ...asked }: AskQuote): Promise<PriceBreakdown | Refusal> {
    return this.transactions.run(caller, async (tx) => {
      const priced = await priceRequested(tx, this.vault, this.policy, caller.subject, {
        ...asked,
        country: country ?? null,
      });
      return isRefusal(priced) ? priced : breakdownOf(priced.cart, asked.currency);
    });
  }

  /**
   * Reads the price that an order has, as it was explained when it was placed, or mended for another country. Orders of
   * before prices were kept have none.
   */
  async priceOf(caller: Caller, orderId: string): Promise<PriceBreakdown | Refusal> {
    return (await this.transactions.run(caller, (tx) => readBreakdown(tx, orderId))) ?? refuse('not_found');
  }
}
