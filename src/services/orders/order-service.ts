import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { claimKey, forgetKey } from '../../books/idempotency';
import { beginCancellation } from '../../books/orders/cancellation';
import { lockOrder } from '../../books/orders/orders';
import { abandonUntried, lockPayment } from '../../books/payments/payments';
import { readTimeline } from '../../books/timeline';
import type { Transactions } from '../../books/transactions';
import type { Vault } from '../../books/vault';
import { actingFor, SYSTEM, type Caller } from '../../contracts/caller';
import { isRefusal, refuse, type Refusal } from '../../contracts/errors';
import type { ListOrders, OrderResource, OrderSummary } from '../../contracts/orders/order';
import type { CancelOrder, PaymentInstruction, PlaceOrder } from '../../contracts/orders/place-order';
import type { Page } from '../../contracts/page';
import type { TimelineEvent } from '../../contracts/timeline';
import { containsCardNumber } from '../../domain/payments/card-number';
import type { Answer, IdempotentRequest } from '../idempotent-request';
import type { OutboxSender } from '../outbox-sender';
import type { OrderPolicies } from '../policies';
import { answerOrder, type AnsweredRequest } from './answer-order';
import { beginPayment } from './begin-payment';
import { draftOrder } from './draft-order';
import { NO_ANSWER, type OrderWorkflows } from './order-workflows';
import { listOrders, readOrder } from './read-orders';

/** The roles that may read where an order goes. */
const MAY_SEE_RECIPIENT: readonly string[] = ['storefront', 'support', 'platform', 'system'];

/** Places, pays, cancels and reads orders, for storefronts and the mall's staff. */
export class OrderService {
  constructor(
    private readonly transactions: Transactions,
    private readonly vault: Vault,
    private readonly workflows: OrderWorkflows,
    private readonly outbox: OutboxSender,
    private readonly policies: OrderPolicies,
  ) {}

  /**
   * Places an order and answers its verdict: 201 with the order, 202 when the verdict takes longer, or a refusal. A
   * request that prices, coupons or stock refuse starts no workflow and writes nothing but the demand it leaves unmet.
   */
  async place(caller: Caller, intent: IdempotentRequest, order: PlaceOrder): Promise<Answer<OrderResource> | Refusal> {
    const card = refuseCardNumbers({
      '/payment/token': order.payment.token,
      '/gift/message': order.gift?.message,
      '/reference': order.reference,
    });
    if (card) return card;
    const drafted = await this.transactions.run(caller, (tx) =>
      draftOrder(tx, { vault: this.vault, policies: this.policies }, caller, intent, order),
    );
    if (isRefusal(drafted)) return drafted;
    if (drafted.start) await this.workflows.start(drafted.start);
    return this.#answer(caller, intent, drafted.orderId, { replayed: drafted.replayed });
  }

  /**
   * Adds a payment attempt to an order that was declined or waits for its customer. It is taken while another attempt
   * is under way, and waits its turn: an attempt whose process died before the order heard of it must not keep the
   * customer from paying.
   */
  async pay(
    caller: Caller,
    intent: IdempotentRequest,
    orderId: string,
    instruction: PaymentInstruction,
  ): Promise<Answer<OrderResource> | Refusal> {
    const card = refuseCardNumbers({ '/token': instruction.token });
    if (card) return card;
    const begun = await this.transactions.run(caller, (tx) =>
      beginPayment(tx, this.vault, caller, intent, orderId, instruction),
    );
    if (isRefusal(begun)) return begun;
    const { paymentId, replayed } = begun;
    if (replayed) return this.#answer(caller, intent, orderId, { replayed, paymentId });
    await this.outbox.flush(orderId);
    try {
      const verdict = await this.workflows.pay(orderId, paymentId);
      const unanswered = verdict === NO_ANSWER;
      return await this.#answer(caller, intent, orderId, { replayed, paymentId, unanswered });
    } catch (error) {
      const isGone = error instanceof WorkflowNotFoundError;
      if (!isGone && !(error instanceof WorkflowUpdateFailedError)) throw error;
      const state = await this.#takeBack(orderId, paymentId, isGone);
      if (state !== 'taken_back') {
        const unanswered = state === 'undecided';
        return this.#answer(caller, intent, orderId, { replayed, paymentId, unanswered });
      }
      await this.transactions.run(caller, (tx) => forgetKey(tx, caller.subject, intent.key));
      return refuse('payment_not_awaited', { detail: 'The order has continued in the meantime' });
    }
  }

  /**
   * Cancels an order that was not handed over. The cancellation is in the books before anything is answered, and takes
   * effect whatever happens to the order's workflow. Answers once everything is undone, or once the
   * order continues with a parcel that its carrier has; 202 when that takes longer.
   */
  async cancel(
    caller: Caller,
    intent: IdempotentRequest,
    orderId: string,
    { reason }: CancelOrder,
  ): Promise<Answer<OrderResource> | Refusal> {
    const begun = await this.transactions.run(caller, async (tx) => {
      const order = await tx.selectFrom('orders').select('status').where('id', '=', orderId).executeTakeFirst();
      if (!order) return refuse('not_found');
      const claim = await claimKey(tx, caller.subject, intent, orderId);
      return isRefusal(claim) ? claim : { claim, status: order.status };
    });
    if (isRefusal(begun)) return begun;
    if (begun.claim.claimed === 'answered') return this.#answer(caller, intent, orderId, { replayed: true });
    const request = { reason, actor: caller.actor };
    const decided = await this.transactions.run(actingFor(caller.actor), (tx) =>
      beginCancellation(tx, orderId, request),
    );
    const wasCancelledBefore = begun.status === 'cancelled' && begun.claim.claimed === 'first';
    // Sent again, as the 202 advised: the order continues with what a carrier had, and some of it is cancelled.
    if (decided.outcome === 'refused' && begun.claim.claimed === 'resumed' && (await this.#isPartlyCancelled(orderId)))
      return this.#answer(caller, intent, orderId, { replayed: false });
    if (decided.outcome === 'refused' || wasCancelledBefore) return this.#refuseCancellation(caller, intent, orderId);
    await this.outbox.flush(orderId);
    const verdict = await this.workflows.cancel(orderId, request);
    if (verdict !== NO_ANSWER && verdict !== 'not_running' && verdict.outcome === 'refused')
      return this.#refuseCancellation(caller, intent, orderId);
    // Without a workflow it may have ended by this cancellation; else its next workflow finds that in the books.
    const unanswered = verdict === NO_ANSWER || (verdict === 'not_running' && !(await this.#isCancelled(orderId)));
    return this.#answer(caller, intent, orderId, { replayed: false, unanswered });
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

  /**
   * Abandons an attempt that no workflow took, so that an adoption does not charge what the API refuses. It stays
   * `undecided` while the gateway is asked, and when the order has no workflow but waits for its payment.
   */
  #takeBack(orderId: string, paymentId: string, isGone: boolean): Promise<'taken_back' | 'undecided' | 'decided'> {
    return this.transactions.run(SYSTEM, async (tx) => {
      const { status, payUntil } = await lockOrder(tx, orderId);
      if (isGone && status === 'awaiting_payment' && payUntil !== null && payUntil > new Date()) return 'undecided';
      if (await abandonUntried(tx, paymentId)) return 'taken_back';
      const { status: attempt } = await lockPayment(tx, paymentId);
      if (attempt === 'abandoned') return 'taken_back';
      return attempt === 'pending' ? 'undecided' : 'decided';
    });
  }

  /** Refuses a cancellation that comes too late, and lets its key be used again. */
  #refuseCancellation(caller: Caller, intent: IdempotentRequest, orderId: string): Promise<Refusal> {
    return this.transactions.run(caller, async (tx) => {
      await forgetKey(tx, caller.subject, intent.key);
      const { status } = await tx
        .selectFrom('orders')
        .select('status')
        .where('id', '=', orderId)
        .executeTakeFirstOrThrow();
      return refuse('order_not_cancellable', { detail: `The order is ${status}` });
    });
  }

  #isPartlyCancelled(orderId: string): Promise<boolean> {
    return this.transactions.run(SYSTEM, async (tx) => {
      const cancelled = await tx
        .selectFrom('fulfillment')
        .select('id')
        .where('orderId', '=', orderId)
        .where('status', 'in', ['cancelling', 'cancelled'])
        .executeTakeFirst();
      return cancelled !== undefined;
    });
  }

  #isCancelled(orderId: string): Promise<boolean> {
    return this.transactions.run(SYSTEM, async (tx) => {
      const order = await tx.selectFrom('orders').select('status').where('id', '=', orderId).executeTakeFirst();
      return order?.status === 'cancelled';
    });
  }

  #answer(
    caller: Caller,
    intent: IdempotentRequest,
    orderId: string,
    request: AnsweredRequest,
  ): Promise<Answer<OrderResource> | Refusal> {
    return this.transactions.run(caller, (tx) => answerOrder(tx, this.vault, caller, intent, orderId, request));
  }
}

/** Refuses fields that contain a payment card's number, before anything is written. */
function refuseCardNumbers(fields: Readonly<Record<string, string | undefined>>): Refusal | undefined {
  const found = Object.entries(fields).filter(([, text]) => text !== undefined && containsCardNumber(text));
  if (found.length === 0) return undefined;
  return refuse('card_number_refused', {
    errors: found.map(([pointer]) => ({ pointer, detail: "It looks like a payment card's number" })),
  });
}
