import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { correctRecipient, readAddressHold, readLinkToken, type AddressHold } from '../../books/orders/address-holds';
import { moveReservations, lockForMove, planMove, shortagesOf } from '../../books/inventory/move-reservations';
import type { Destination } from '../../books/inventory/source-and-reserve';
import { claimKey, forgetKey, reopenKey, storeAnswer } from '../../books/idempotency';
import { lockOrder } from '../../books/orders/orders';
import { isServed } from '../../books/catalogue/serviceability';
import type { Transactions, Tx } from '../../books/transactions';
import type { Vault } from '../../books/vault';
import type { AddressFixByLink, AddressMended } from '../../contracts/addresses/address-findings';
import { actingFor, SYSTEM, type Caller } from '../../contracts/caller';
import { isRefusal, refuse, type Refusal } from '../../contracts/errors';
import type { OrderResource } from '../../contracts/orders/order';
import type { Recipient } from '../../contracts/addresses/recipient';
import { validateRecipient } from '../../domain/addresses/validate-recipient';
import { dayOf } from '../../domain/dates';
import type { Answer, IdempotentRequest } from '../idempotent-request';
import type { OutboxSender } from '../outbox-sender';
import type { OrderPolicies } from '../policies';
import { outcomeOf, pendingAnswer } from './order-outcome';
import { NO_ANSWER, type OrderWorkflows } from './order-workflows';
import { readOrder } from './read-orders';
import { repriceFor } from '../pricing/reprice-order';

/** Corrects the recipients of orders on address hold: for storefronts, and for customers by the link of a message. */
export class AddressFixService {
  constructor(
    private readonly transactions: Transactions,
    private readonly vault: Vault,
    private readonly workflows: OrderWorkflows,
    private readonly outbox: OutboxSender,
    private readonly policies: Pick<OrderPolicies, 'taxes' | 'paymentWindowSeconds' | 'timeZone'>,
  ) {}

  /** Corrects an order's recipient and answers its payment's outcome: 201, or 202 when that takes longer. */
  async correct(
    caller: Caller,
    intent: IdempotentRequest,
    orderId: string,
    recipient: Recipient,
  ): Promise<Answer<OrderResource> | Refusal> {
    const begun = await this.transactions.run(caller, async (tx) => {
      const order = await tx.selectFrom('orders').select('id').where('id', '=', orderId).executeTakeFirst();
      if (!order) return refuse('not_found');
      const claim = await claimKey(tx, caller.subject, intent, orderId);
      if (isRefusal(claim)) return claim;
      // A request that died after its commit has corrected the order: only its answer is missing.
      const refusal = claim.claimed === 'first' ? await this.#correct(tx, orderId, recipient) : undefined;
      if (!refusal) return { replayed: claim.claimed === 'answered' };
      await forgetKey(tx, caller.subject, intent.key);
      return refusal;
    });
    if (isRefusal(begun)) return begun;
    const answered = begun.replayed || (await this.#resume(orderId));
    return this.transactions.run(caller, async (tx) => {
      if (!answered) await reopenKey(tx, caller.subject, intent.key);
      else if (!begun.replayed)
        await storeAnswer(tx, caller.subject, intent.key, {
          status: 200,
          body: null,
          location: `/v1/orders/${orderId}`,
        });
      return this.#answer(tx, orderId, begun.replayed);
    });
  }

  /** Reads the address hold of a link's order. */
  async readByLink(token: string): Promise<AddressFixByLink | Refusal> {
    const link = readLinkToken(this.vault, token);
    if (!link) return refuse('address_link_invalid');
    const hold = await this.transactions.run(SYSTEM, (tx) => readAddressHold(tx, this.vault, link.orderId));
    if (!hold || isOver(hold)) return refuse('address_not_awaited');
    return {
      orderId: link.orderId,
      until: hold.until.toISOString(),
      findings: [...hold.findings],
      recipient: hold.recipient,
    };
  }

  /** Corrects an order's recipient for the holder of its link, once. Answers the order's status and nothing else. */
  async correctByLink(token: string, recipient: Recipient): Promise<Answer<AddressMended> | Refusal> {
    const link = readLinkToken(this.vault, token);
    if (!link) return refuse('address_link_invalid');
    const { orderId } = link;
    const refusal = await this.transactions.run(actingFor('customer:link'), (tx) =>
      this.#correct(tx, orderId, recipient),
    );
    if (refusal) return refusal;
    await this.#resume(orderId);
    const answer = await this.transactions.run(SYSTEM, (tx) => this.#answer(tx, orderId, false));
    if (isRefusal(answer)) return answer;
    return { ...answer, location: null, body: { orderId, status: answer.body.status } };
  }

  /**
   * Validates and writes a recipient, prices the order for it and moves its reservations. A refusal leaves the order on
   * hold as it was.
   */
  async #correct(tx: Tx, orderId: string, recipient: Recipient): Promise<Refusal | undefined> {
    const verdict = validateRecipient(recipient);
    const to = verdict.verdict === 'held' ? undefined : await this.#destination(tx, orderId, verdict.recipient);
    if (to) await lockForMove(tx, orderId, to);
    await lockOrder(tx, orderId);
    const hold = await readAddressHold(tx, this.vault, orderId);
    if (!hold || isOver(hold)) return refuse('address_not_awaited');
    if (verdict.verdict === 'held' || !to) {
      return refuse('address_incomplete', {
        errors: verdict.verdict === 'held' ? verdict.findings : [],
        extensions: { until: hold.until.toISOString() },
      });
    }
    const { country } = to;
    const today = dayOf(new Date(), this.policies.timeZone);
    if (!(await isServed(tx, orderId, country)))
      return refuse('destination_not_served', {
        errors: [{ pointer: '/address/country', detail: `No carrier delivers to ${country}` }],
      });
    const moved = await planMove(tx, orderId, to, today);
    if (moved && !('units' in moved)) {
      const shortages = shortagesOf(moved);
      return shortages.length > 0
        ? refuse('out_of_stock', { extensions: { shortages } })
        : refuse('parcel_too_heavy', {
            errors: [{ pointer: '/address/country', detail: `No carrier takes a parcel this heavy to ${country}` }],
          });
    }
    const repriced = await repriceFor(tx, this.policies.taxes, orderId, country);
    if (repriced) return repriced;
    await correctRecipient(tx, this.vault, orderId, verdict.recipient);
    if (moved) await moveReservations(tx, moved, today);
    return undefined;
  }

  /** Describes where a corrected order goes, and the last day on which it may leave. */
  async #destination(tx: Tx, orderId: string, { address }: Recipient): Promise<Destination> {
    const { timeZone, paymentWindowSeconds } = this.policies;
    const { urgency, requestedDate } = await tx
      .selectFrom('orders')
      .select(['urgency', 'requestedDate'])
      .where('id', '=', orderId)
      .executeTakeFirstOrThrow();
    return {
      country: address.country,
      postcode: address.postcode ?? null,
      urgency,
      requestedDate: requestedDate?.toISOString().slice(0, 10) ?? null,
      // It may leave as late as at the end of the payment window that the correction begins.
      leavesOn: dayOf(new Date(Date.now() + paymentWindowSeconds * 1000), timeZone),
    };
  }

  /**
   * Signals the order and awaits its verdict. Answers whether it responded in time; when it did not, the sweeper
   * signals it again.
   */
  async #resume(orderId: string): Promise<boolean> {
    await this.outbox.flush(orderId);
    try {
      return (await this.workflows.afterAddressFix(orderId)) !== NO_ANSWER;
    } catch (error) {
      // It ended in the meantime: the database has its outcome.
      if (error instanceof WorkflowNotFoundError || error instanceof WorkflowUpdateFailedError) return true;
      throw error;
    }
  }

  async #answer(tx: Tx, orderId: string, replayed: boolean): Promise<Answer<OrderResource> | Refusal> {
    const order = await readOrder(tx, orderId);
    if (!order) return refuse('not_found');
    if (order.status === 'awaiting_address') return { ...pendingAnswer(order), replayed };
    const { rejection } = await tx
      .selectFrom('orders')
      .select('rejection')
      .where('id', '=', orderId)
      .executeTakeFirstOrThrow();
    return outcomeOf(order, rejection, replayed);
  }
}

const isOver = ({ until }: AddressHold): boolean => until <= new Date();
