import { claimKey, forgetKey, type Claim } from '../../books/idempotency';
import { findOrInsertCustomer } from '../../books/customers/customers';
import { newId } from '../../books/new-id';
import { insertDraft } from '../../books/orders/orders';
import { demandSourceOf, recordDemand } from '../../books/purchasing/unmet-demand';
import type { Tx } from '../../books/transactions';
import type { Vault } from '../../books/vault';
import type { Caller } from '../../contracts/caller';
import { isRefusal, type Refusal } from '../../contracts/errors';
import type { PlaceOrder } from '../../contracts/orders/place-order';
import { dayOf } from '../../domain/dates';
import { validateRecipient } from '../../domain/addresses/validate-recipient';
import {
  decideDraft,
  refusalOfCart,
  type CheckedCart,
  type DraftDecision,
  type KeyState,
} from '../../domain/orders/decide-draft';
import { priceBasisOf } from '../../domain/pricing/price-snapshot';
import type { IdempotentRequest } from '../idempotent-request';
import { readShortages } from '../inventory/read-shortages';
import type { OrderPolicies } from '../policies';
import { priceRequested, rejectedCoupons, reservePrice, type Priced } from '../pricing/price-order';
import type { OrderStart } from './order-workflows';

/** How long the sweeper leaves a draft to the process that wrote it. */
const START_LEASE_SECONDS = 15;

/** Names what drafting needs besides its transaction. */
export interface DraftDeps {
  readonly vault: Vault;
  readonly policies: OrderPolicies;
}

/** Names the order of a request. `start` is present when its workflow has to be started. */
export interface DraftedOrder {
  readonly orderId: string;
  readonly replayed: boolean;
  readonly start?: OrderStart;
}

/**
 * Writes an order as a draft, or finds the one of an earlier request with the same key. A refusal writes no order and
 * leaves its key free; a shortage is recorded as unmet demand.
 */
export async function draftOrder(
  tx: Tx,
  deps: DraftDeps,
  caller: Caller,
  intent: IdempotentRequest,
  order: PlaceOrder,
): Promise<Refusal | DraftedOrder> {
  const cart = await checkCart(tx, deps, caller, order);
  const orderId = newId('ord');
  const key = refusalOfCart(cart)
    ? await lookUpKey(tx, caller, intent)
    : keyStateOf(await claimKey(tx, caller.subject, intent, orderId));
  const { recipient } = order;
  const decided = decideDraft({ cart, key, recipient, address: validateRecipient(recipient) });
  switch (decided.decision) {
    case 'replay':
      return { orderId: decided.orderId, replayed: true };
    case 'refuse':
      if (decided.unmetDemand.length > 0)
        await recordDemand(tx, demandSourceOf(caller.subject, intent.key), decided.unmetDemand);
      return decided.refusal;
    case 'place':
      return insertOrder(tx, deps, caller, intent, orderId, order, decided);
  }
}

/** Prices an order and compares it with the stock, without a lock. */
async function checkCart(
  tx: Tx,
  { vault, policies }: DraftDeps,
  caller: Caller,
  order: PlaceOrder,
): Promise<CheckedCart<Priced>> {
  const { country } = order.recipient.address;
  const priced = await priceRequested(tx, vault, policies, caller.subject, { ...order, country });
  if (isRefusal(priced)) return { price: priced, shortages: [] };
  const rejected = rejectedCoupons(priced);
  if (rejected) return { price: rejected, shortages: [] };
  const { urgency, requestedDate = null } = order;
  const delivery = { country, urgency, requestedDate, leavesOn: dayOf(new Date(), policies.timeZone) };
  return { price: priced, shortages: await readShortages(tx, priced.cart.lines, delivery) };
}

/** Reserves the coupons of a price and inserts the order. When they are used up, the key is forgotten: it may retry. */
async function insertOrder(
  tx: Tx,
  { vault, policies }: DraftDeps,
  caller: Caller,
  intent: IdempotentRequest,
  orderId: string,
  order: PlaceOrder,
  { price, recipient, findings }: Extract<DraftDecision<Priced>, { decision: 'place' }>,
): Promise<Refusal | DraftedOrder> {
  const storefrontId = caller.subject;
  const customer = await findOrInsertCustomer(tx, vault, storefrontId, order.customer.reference);
  const reserved = await reservePrice(tx, customer.id, price);
  if (isRefusal(reserved)) {
    await forgetKey(tx, storefrontId, intent.key);
    return reserved;
  }
  const { paymentId } = await insertDraft(tx, vault, {
    orderId,
    storefrontId,
    cart: reserved.cart,
    basis: priceBasisOf(reserved.request),
    uses: reserved.uses,
    order: { ...order, recipient },
    findings,
    paymentProvider: policies.paymentProvider,
    startLeaseUntil: new Date(Date.now() + START_LEASE_SECONDS * 1000),
  });
  const merchantIds = [...new Set(reserved.cart.lines.map((line) => line.merchantId))];
  const urgent = order.urgency === 'urgent';
  const start = { orderId, paymentId, storefrontId, merchantIds, urgent, placedAt: new Date() };
  return { orderId, replayed: false, start };
}

/** Looks a key up without claiming it. */
async function lookUpKey(tx: Tx, caller: Caller, intent: IdempotentRequest): Promise<KeyState> {
  const known = await tx
    .selectFrom('idempotency_record')
    .select('key')
    .where('caller', '=', caller.subject)
    .where('key', '=', intent.key)
    .executeTakeFirst();
  if (!known) return { state: 'unused' };
  return keyStateOf(await claimKey(tx, caller.subject, intent, null));
}

function keyStateOf(claim: Claim | Refusal): KeyState {
  if (isRefusal(claim)) return { state: 'refused', refusal: claim };
  return claim.claimed === 'first' ? { state: 'claimed' } : { state: 'repeated', orderId: orderOf(claim) };
}

/** Names the order that an earlier request began; the sweeper starts its workflow should that be missing. */
function orderOf(claim: Exclude<Claim, { claimed: 'first' }>): string {
  const orderId = claim.claimed === 'resumed' ? claim.resourceId : claim.answer.location?.split('/').pop();
  if (!orderId) throw new Error('An idempotency record of an order names no order');
  return orderId;
}
