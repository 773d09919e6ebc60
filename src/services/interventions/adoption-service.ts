import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { claimKey, forgetKey, reopenKey, storeAnswer } from '../../books/idempotency';
import { setFoundAttention } from '../../books/orders/order-attention';
import { appendEvents, hasEventOfRequest } from '../../books/timeline';
import type { Transactions } from '../../books/transactions';
import type { Caller } from '../../contracts/caller';
import { isRefusal, refuse, type Refusal } from '../../contracts/errors';
import type { AdoptionResource, AdoptOrder } from '../../contracts/interventions/adoption';
import { AttentionReason } from '../../contracts/statuses';
import { buildAnswer, replayStoredAnswer, type Answer, type IdempotentRequest } from '../idempotent-request';
import type { OrderStart, OrderWorkflows } from '../orders/order-workflows';
import { examineWorkflow } from './workflow-health';

/**
 * Adopts orders whose workflow is gone or cannot go on: a new one continues from where the books stand. Every step has
 * its key, so that nothing is charged, booked or refunded twice.
 */
export class AdoptionService {
  constructor(
    private readonly transactions: Transactions,
    private readonly temporal: Client,
    private readonly workflows: OrderWorkflows,
  ) {}

  /**
   * Adopts an order. Refuses one that has ended, and one whose workflow runs, unless that is meant. Its timeline names
   * who did it and why. A repetition with the same key changes nothing. Throws while Temporal is unavailable: the same
   * request may be sent again.
   */
  async adopt(
    caller: Caller,
    intent: IdempotentRequest,
    orderId: string,
    { reason, evenIfRunning }: AdoptOrder,
  ): Promise<Answer<AdoptionResource> | Refusal> {
    const { reason: found } = await examineWorkflow(this.temporal, orderId, { overdueSince: null }, Infinity);
    const begun = await this.transactions.run(caller, async (tx) => {
      const order = await tx
        .selectFrom('orders as o')
        .innerJoin('payment as p', 'p.orderId', 'o.id')
        .select(['o.id as orderId', 'p.id as paymentId', 'o.storefrontId', 'o.merchantIds', 'o.urgency', 'o.placedAt'])
        .select(['o.status', 'o.closedAt'])
        .where('o.id', '=', orderId)
        .where('p.number', '=', 1)
        .forUpdate('o')
        .executeTakeFirst();
      if (!order) return refuse('not_found');
      const fresh = randomUUID();
      const claim = await claimKey(tx, caller.subject, intent, fresh);
      if (isRefusal(claim) || claim.claimed === 'answered') return claim;
      const isResumed = claim.claimed === 'resumed';
      const mayAdopt = isResumed || evenIfRunning || found === AttentionReason.workflowFailing;
      if (order.closedAt !== null || !mayAdopt) {
        await forgetKey(tx, caller.subject, intent.key);
        return order.closedAt === null
          ? refuse('workflow_running')
          : refuse('order_closed', { detail: `The order is ${order.status}` });
      }
      const request = (isResumed ? claim.resourceId : null) ?? fresh;
      if (!(await hasEventOfRequest(tx, orderId, request)))
        await appendEvents(tx, orderId, [{ type: 'order.adopted', data: { reason, request } }]);
      return { claimed: 'adopting' as const, order };
    });
    if (isRefusal(begun)) return begun;
    if (begun.claimed === 'answered') return replayStoredAnswer<AdoptionResource>(begun.answer);
    const { status, closedAt: _closedAt, urgency, ...order } = begun.order;
    const start: OrderStart = { ...order, urgent: urgency === 'urgent' };
    try {
      await this.workflows.adopt(start);
    } catch (error) {
      await this.transactions.run(caller, (tx) => reopenKey(tx, caller.subject, intent.key));
      throw error;
    }
    const answer = buildAnswer<AdoptionResource>(200, { orderId, status, outcome: 'adopted' });
    await this.transactions.run(caller, async (tx) => {
      await setFoundAttention(tx, orderId, null, null);
      await storeAnswer(tx, caller.subject, intent.key, answer);
    });
    return answer;
  }
}
