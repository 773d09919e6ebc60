import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { customerKeyOf, customerOf } from '../../books/customers/customers';
import { demandOf, recordDemand } from '../../books/purchasing/unmet-demand';
import { claimKey, forgetKey, reopenKey, storeAnswer, type Claim } from '../../books/idempotency';
import { newId } from '../../books/new-id';
import { insertDraft, lockOrder, markStarted } from '../../books/orders/orders';
import { insertPayment } from '../../books/payments/payments';
import { readTimeline } from '../../books/timeline';
import type { Transactions, Tx } from '../../books/transactions';
import type { Vault } from '../../books/vault';
import type { Caller } from '../../contracts/caller';
import { isRefusal, refuse, type Refusal } from '../../contracts/errors';
import type { ListOrders, OrderResource, OrderSummary } from '../../contracts/orders/order';
import type { Page } from '../../contracts/page';
import type { CancelOrder, PaymentInstruction, PlaceOrder } from '../../contracts/orders/place-order';
import type { TimelineEvent } from '../../contracts/timeline';
import { validateRecipient } from '../../domain/addresses/validate-recipient';
import { holdsCardNumber } from '../../domain/payments/card-number';
import { basisOf } from '../../domain/pricing/price-snapshot';
import type { Answer, IdempotentRequest } from '../idempotent-request';
import { listOrders, readOrder } from './read-orders';
import { outcomeOf, undecided } from './order-outcome';
import { NO_ANSWER, type OrderStart, type OrderWorkflows } from './order-workflows';
import { type OrderPolicies } from '../policies';
import { reservePrice, priceRequested, rejectedCoupons } from '../pricing/price-order';
import { readShortages } from '../inventory/read-shortages';

/** How long the process that wrote a draft is trusted to start its workflow. */
const START_LEASE_SECONDS = 15;

/** Who may read where an order goes. */
const MAY_SEE_RECIPIENT: readonly string[] = ['storefront', 'support', 'platform', 'system'];

/** Orders, for storefronts and the mall's people. */
export class OrderService {
  constructor(
    private readonly transactions: Transactions,
    private readonly vault: Vault,
    private readonly workflows: OrderWorkflows,
    private readonly policies: OrderPolicies,
  ) {}

  /**
   * Places an order and answers its verdict: 201 with the order, 202 when the verdict takes longer, or a refusal. What
   * a read can refuse (SKU, price, stock) starts nothing and writes nothing but what was asked for in vain.
   */
  async place(caller: Caller, intent: IdempotentRequest, order: PlaceOrder): Promise<Answer<OrderResource> | Refusal> {
    const card = cardNumberIn({
      '/payment/token': order.payment.token,
      '/gift/message': order.gift?.message,
      '/reference': order.reference,
    });
    if (card) return card;
    const drafted = await this.transactions.run(caller, (tx) => this.#draft(tx, caller, intent, order));
    if (isRefusal(drafted)) return drafted;
    if ('start' in drafted) await this.workflows.start(drafted.start);
    return this.#answer(caller, intent, drafted.orderId, drafted);
  }

  async #draft(
    tx: Tx,
    caller: Caller,
    intent: IdempotentRequest,
    order: PlaceOrder,
  ): Promise<Refusal | { orderId: string; replayed: boolean; start?: OrderStart }> {
    const asked = await priceRequested(tx, this.vault, this.policies, caller.subject, {
      ...order,
      country: order.recipient.address.country,
    });
    const priced = isRefusal(asked) ? asked : (rejectedCoupons(asked) ?? asked);
    const delivery = {
      country: order.recipient.address.country,
      urgency: order.urgency,
      requestedDate: order.requestedDate ?? null,
    };
    const shortages = isRefusal(priced) ? [] : await readShortages(tx, priced.cart.lines, delivery);
    const refusal = isRefusal(priced)
      ? priced
      : shortages.length > 0
        ? refuse('out_of_stock', { extensions: { shortages } })
        : undefined;
    const judged = validateRecipient(order.recipient);
    const orderId = newId('ord');
    // A repetition is answered with the order of the first, whatever prices and shelves say by now.
    const claim = refusal
      ? await knownKey(tx, caller, intent)
      : await claimKey(tx, caller.subject, intent.key, intent.requestHash, orderId);
    if (claim === undefined) {
      if (shortages.length > 0) await recordDemand(tx, demandOf(caller.subject, intent.key), shortages);
      return refusal as Refusal;
    }
    if (isRefusal(claim)) return claim;
    if (claim.claimed !== 'first') return { orderId: orderOf(claim), replayed: true };
    if (isRefusal(priced)) return priced;
    const customer = await customerOf(tx, this.vault, caller.subject, order.customer.reference);
    const held = await reservePrice(tx, customer.id, priced);
    if (isRefusal(held)) {
      await forgetKey(tx, caller.subject, intent.key);
      return held;
    }
    const { paymentId } = await insertDraft(tx, this.vault, {
      orderId,
      storefrontId: caller.subject,
      cart: held.cart,
      basis: basisOf(held.request),
      uses: held.uses,
      order: judged.verdict === 'good' ? { ...order, recipient: judged.recipient } : order,
      findings: judged.verdict === 'good' ? [] : judged.findings,
      paymentProvider: this.policies.paymentProvider,
      startLeaseUntil: new Date(Date.now() + START_LEASE_SECONDS * 1000),
    });
    const merchantIds = [...new Set(held.cart.lines.map((line) => line.merchantId))];
    const start = {
      orderId,
      paymentId,
      storefrontId: caller.subject,
      merchantIds,
      urgent: order.urgency === 'urgent',
      placedAt: new Date(),
    };
    return { orderId, replayed: false, start };
  }

  /**
   * Tries another payment of an order that was declined or waits for its customer. While an attempt is under way
   * another is taken all the same and waits its turn: one whose process died before the order heard of it must not keep
   * the customer from paying otherwise.
   */
  async pay(
    caller: Caller,
    intent: IdempotentRequest,
    orderId: string,
    instruction: PaymentInstruction,
  ): Promise<Answer<OrderResource> | Refusal> {
    const card = cardNumberIn({ '/token': instruction.token });
    if (card) return card;
    const begun = await this.transactions.run(caller, (tx) =>
      this.#beginPayment(tx, caller, intent, orderId, instruction),
    );
    if (isRefusal(begun)) return begun;
    const { paymentId, replayed } = begun;
    if (replayed) return this.#answer(caller, intent, orderId, { replayed, paymentId });
    try {
      const verdict = await this.workflows.pay(orderId, paymentId);
      return await this.#answer(caller, intent, orderId, { replayed, paymentId, unheard: verdict === NO_ANSWER });
    } catch (error) {
      if (!(error instanceof WorkflowUpdateFailedError || error instanceof WorkflowNotFoundError)) throw error;
      await this.transactions.run(caller, (tx) => forgetKey(tx, caller.subject, intent.key));
      return refuse('payment_not_awaited', { detail: 'The order has gone on meanwhile' });
    }
  }

  /**
   * Writes another attempt to pay, or finds the one that an earlier request with this key wrote; `replayed` when that
   * was answered.
   */
  async #beginPayment(
    tx: Tx,
    caller: Caller,
    intent: IdempotentRequest,
    orderId: string,
    instruction: PaymentInstruction,
  ): Promise<Refusal | { paymentId: string; replayed: boolean }> {
    const visible = await tx.selectFrom('orders').select('id').where('id', '=', orderId).executeTakeFirst();
    if (!visible) return refuse('not_found');
    const paymentId = newId('pay');
    const claim = await claimKey(tx, caller.subject, intent.key, intent.requestHash, paymentId);
    if (isRefusal(claim)) return claim;
    if (claim.claimed !== 'first') {
      if (claim.resourceId === null) throw new Error('An idempotency record of a payment names no payment');
      return { paymentId: claim.resourceId, replayed: claim.claimed === 'answered' };
    }
    const order = await lockOrder(tx, orderId);
    const last = await tx
      .selectFrom('payment')
      .select(['number', 'amount', 'provider'])
      .where('orderId', '=', orderId)
      .orderBy('number', 'desc')
      .executeTakeFirstOrThrow();
    const customer = await customerKeyOf(tx, orderId);
    const awaited = order.status === 'awaiting_payment' && order.payUntil !== null && order.payUntil > new Date();
    if (!awaited || !customer) {
      await forgetKey(tx, caller.subject, intent.key);
      return refuse('payment_not_awaited', { detail: `The order is ${order.status}` });
    }
    await insertPayment(tx, this.vault, customer, {
      id: paymentId,
      orderId,
      number: last.number + 1,
      provider: last.provider,
      instruction,
      amount: last.amount,
      currency: order.currency,
    });
    return { paymentId, replayed: false };
  }

  /** Cancels an order that was not handed over, and answers it once everything is undone. */
  async cancel(
    caller: Caller,
    intent: IdempotentRequest,
    orderId: string,
    { reason }: CancelOrder,
  ): Promise<Answer<OrderResource> | Refusal> {
    const begun = await this.transactions.run(caller, async (tx) => {
      const order = await tx.selectFrom('orders').select('status').where('id', '=', orderId).executeTakeFirst();
      if (!order) return refuse('not_found');
      const claim = await claimKey(tx, caller.subject, intent.key, intent.requestHash, orderId);
      return isRefusal(claim) ? claim : { claim, status: order.status };
    });
    if (isRefusal(begun)) return begun;
    if (begun.claim.claimed === 'answered') return this.#answer(caller, intent, orderId, { replayed: true });
    const verdict = await this.workflows.cancel(orderId, { reason, actor: caller.actor });
    // Its workflow may end before it has answered: what was no end of the order before this request is what came of it.
    const may = begun.claim.claimed === 'resumed' || begun.status !== 'cancelled';
    if (verdict === 'not_running' && may && (await this.#isCancelled(caller, orderId))) {
      return this.#answer(caller, intent, orderId, { replayed: false });
    }
    const refusal =
      verdict === 'not_running'
        ? refuse(begun.status === 'draft' ? 'starting' : 'order_not_cancellable', {
            detail: `The order is ${begun.status}`,
          })
        : verdict !== NO_ANSWER && verdict.outcome === 'refused'
          ? refuse(verdict.code)
          : undefined;
    if (!refusal) return this.#answer(caller, intent, orderId, { replayed: false, unheard: verdict === NO_ANSWER });
    await this.transactions.run(caller, (tx) => forgetKey(tx, caller.subject, intent.key));
    return refusal;
  }

  /** Tells what a request without an answer came to: a cancellation ends its order's workflow. */
  #isCancelled(caller: Caller, orderId: string): Promise<boolean> {
    return this.transactions.run(
      caller,
      async (tx) =>
        (await tx.selectFrom('orders').select('status').where('id', '=', orderId).executeTakeFirst())?.status ===
        'cancelled',
    );
  }

  /**
   * Answers an order as it stands now, and remembers that its key was answered. What Temporal has not heard of
   * (`unheard`) is answered as undecided and stays open: the same request, sent again, tries again.
   */
  #answer(
    caller: Caller,
    intent: IdempotentRequest,
    orderId: string,
    { replayed, unheard = false, paymentId }: { replayed: boolean; unheard?: boolean; paymentId?: string },
  ): Promise<Answer<OrderResource> | Refusal> {
    return this.transactions.run(caller, async (tx) => {
      const order = await this.#readAnswered(tx, orderId);
      if (!order) return refuse('not_found');
      if (unheard) {
        await reopenKey(tx, caller.subject, intent.key);
        return undecided(order);
      }
      if (!replayed) {
        await storeAnswer(tx, caller.subject, intent.key, {
          status: 201,
          body: null,
          location: `/v1/orders/${orderId}`,
        });
        if (order.status !== 'draft') await markStarted(tx, orderId);
      }
      const { rejection } = await tx
        .selectFrom('orders')
        .select('rejection')
        .where('id', '=', orderId)
        .executeTakeFirstOrThrow();
      return outcomeOf(order, rejection, replayed, paymentId);
    });
  }

  /** Reads an order for the answer of a POST, which shows no recipient, but what its customer has to mend. */
  async #readAnswered(tx: Tx, orderId: string): Promise<OrderResource | undefined> {
    const order = await readOrder(tx, orderId);
    if (order?.status !== 'awaiting_address') return order;
    const opened = await readOrder(tx, orderId, this.vault);
    return { ...order, addressFix: opened?.addressFix ?? order.addressFix };
  }

  async get(caller: Caller, orderId: string): Promise<OrderResource | Refusal> {
    const vault = MAY_SEE_RECIPIENT.includes(caller.role) ? this.vault : undefined;
    return (await this.transactions.snapshot(caller, (tx) => readOrder(tx, orderId, vault))) ?? refuse('not_found');
  }

  list(caller: Caller, query: ListOrders): Promise<Page<OrderSummary> | Refusal> {
    return this.transactions.snapshot(caller, (tx) => listOrders(tx, caller, query));
  }

  /** Reads the events after a sequence number, oldest first. */
  timeline(
    caller: Caller,
    orderId: string,
    after: number,
    limit: number,
  ): Promise<{ items: TimelineEvent[]; closed: boolean } | Refusal> {
    return this.transactions.snapshot(caller, async (tx) => {
      const order = await tx.selectFrom('orders').select('closedAt').where('id', '=', orderId).executeTakeFirst();
      if (!order) return refuse('not_found');
      return { items: await readTimeline(tx, caller, orderId, after, limit), closed: order.closedAt !== null };
    });
  }
}

/** Names the order that an earlier request began; the sweeper starts its workflow should that be missing. */
function orderOf(claim: Exclude<Claim, { claimed: 'first' }>): string {
  const orderId = claim.claimed === 'resumed' ? claim.resourceId : claim.answer.location?.split('/').pop();
  if (!orderId) throw new Error('An idempotency record of an order names no order');
  return orderId;
}

/** Looks a key up without claiming it: undefined when it is new. */
async function knownKey(tx: Tx, caller: Caller, intent: IdempotentRequest): Promise<Claim | Refusal | undefined> {
  const known = await tx
    .selectFrom('idempotency_record')
    .select('key')
    .where('caller', '=', caller.subject)
    .where('key', '=', intent.key)
    .executeTakeFirst();
  return known && claimKey(tx, caller.subject, intent.key, intent.requestHash, null);
}

function cardNumberIn(fields: Readonly<Record<string, string | undefined>>): Refusal | undefined {
  const errors = Object.entries(fields).flatMap(([pointer, text]) =>
    text !== undefined && holdsCardNumber(text) ? [{ pointer, detail: "It looks like a payment card's number" }] : [],
  );
  return errors.length > 0 ? refuse('card_number_refused', { errors }) : undefined;
}
