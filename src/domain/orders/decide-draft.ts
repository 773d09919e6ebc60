import type { AddressFinding } from '../../contracts/addresses/address-findings';
import type { Recipient } from '../../contracts/addresses/recipient';
import { isRefusal, refuse, type Refusal } from '../../contracts/errors';
import type { Shortage } from '../../contracts/orders/verdict';
import type { AddressVerdict } from '../addresses/validate-recipient';

/** Describes a cart after pricing and the stock check: its price, or the reason why it has none. */
export interface CheckedCart<Price> {
  readonly price: Price | Refusal;
  /** Empty where stock suffices, where a backorder is allowed, or where there is no price. */
  readonly shortages: readonly Shortage[];
}

/**
 * Describes the Idempotency-Key of a request. A cart that can be ordered claims its key; a refused one only looks it
 * up, and finds it `unused` unless an earlier request had it.
 */
export type KeyState =
  | { readonly state: 'claimed' }
  | { readonly state: 'unused' }
  | { readonly state: 'repeated'; readonly orderId: string }
  | { readonly state: 'refused'; readonly refusal: Refusal };

/** Describes everything that decides whether a request becomes an order. */
export interface DraftFacts<Price> {
  readonly cart: CheckedCart<Price>;
  readonly key: KeyState;
  readonly recipient: Recipient;
  readonly address: AddressVerdict;
}

/** `unmetDemand` is recorded with a refusal, so that somebody buys what customers wanted. */
export type DraftDecision<Price> =
  | { readonly decision: 'refuse'; readonly refusal: Refusal; readonly unmetDemand: readonly Shortage[] }
  | { readonly decision: 'replay'; readonly orderId: string }
  | {
      readonly decision: 'place';
      readonly price: Price;
      readonly recipient: Recipient;
      readonly findings: readonly AddressFinding[];
    };

/** Refuses a cart that has no price or not enough stock; undefined when it can be ordered. */
export function refusalOfCart({ price, shortages }: CheckedCart<unknown>): Refusal | undefined {
  if (isRefusal(price)) return price;
  return shortages.length > 0 ? refuse('out_of_stock', { extensions: { shortages } }) : undefined;
}

/**
 * Decides whether a request is refused, repeats an earlier one, or places an order. A repetition gets the first order,
 * whatever prices and stock are now. A claimed key places an order despite shortages: its workflow, which locks the
 * stock, decides about them.
 */
export function decideDraft<Price>({ cart, key, recipient, address }: DraftFacts<Price>): DraftDecision<Price> {
  if (key.state === 'refused') return { decision: 'refuse', refusal: key.refusal, unmetDemand: [] };
  if (key.state === 'repeated') return { decision: 'replay', orderId: key.orderId };
  const refusal = refusalOfCart(cart);
  if (refusal && key.state === 'unused') return { decision: 'refuse', refusal, unmetDemand: cart.shortages };
  if (isRefusal(cart.price)) return { decision: 'refuse', refusal: cart.price, unmetDemand: [] };
  return address.verdict === 'good'
    ? { decision: 'place', price: cart.price, recipient: address.recipient, findings: [] }
    : { decision: 'place', price: cart.price, recipient, findings: address.findings };
}
