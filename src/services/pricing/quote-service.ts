import { readBreakdown } from '../../books/pricing/price-snapshots';
import type { Transactions } from '../../books/transactions';
import type { Vault } from '../../books/vault';
import type { Caller } from '../../contracts/caller';
import { isRefusal, refuse, type Refusal } from '../../contracts/errors';
import type { AskQuote, PriceBreakdown } from '../../contracts/pricing/quote';
import { breakdownOf } from '../../domain/pricing/breakdown';
import { priceRequested, type PricingPolicy } from './price-order';

/** Prices carts before an order, and reads the prices of orders. */
export class QuoteService {
  constructor(
    private readonly transactions: Transactions,
    private readonly vault: Vault,
    private readonly policy: PricingPolicy,
  ) {}

  /**
   * Prices a cart as it would cost right now, with explanations. Writes and reserves nothing. Coupons that do not apply
   * are listed, not refused.
   */
  quote(caller: Caller, { country, ...cart }: AskQuote): Promise<PriceBreakdown | Refusal> {
    return this.transactions.run(caller, async (tx) => {
      const priced = await priceRequested(tx, this.vault, this.policy, caller.subject, {
        ...cart,
        country: country ?? null,
      });
      return isRefusal(priced) ? priced : breakdownOf(priced.cart, cart.currency);
    });
  }

  /**
   * Reads the explained price of an order, as it was placed or repriced for another country. Orders from before prices
   * were kept have none.
   */
  async priceOf(caller: Caller, orderId: string): Promise<PriceBreakdown | Refusal> {
    return (await this.transactions.run(caller, (tx) => readBreakdown(tx, orderId))) ?? refuse('not_found');
  }
}
