import { randomUUID } from 'node:crypto';
import { claimKey, forgetKey, reopenKey, storeAnswer } from '../../books/idempotency';
import type { Transactions } from '../../books/transactions';
import type { Caller } from '../../contracts/caller';
import { isRefusal, refuse, type Refusal } from '../../contracts/errors';
import type {
  InterventionRequest,
  AttentionResource,
  InterventionResource,
  ListAttention,
  InterventionVerdict,
} from '../../contracts/interventions/interventions';
import type { InterventionVerb } from '../../contracts/interventions/intervention-codes';
import type { Page } from '../../contracts/page';
import { answer, replay, type Answer, type IdempotentRequest } from '../idempotent-request';
import { NO_ANSWER, type OrderWorkflows } from '../orders/order-workflows';
import { listAttention } from './read-attention';

/**
 * What people of the mall do about orders that are stuck. Each verb is an Update of the order's workflow, which writes
 * who asked.
 */
export class InterventionService {
  constructor(
    private readonly transactions: Transactions,
    private readonly workflows: OrderWorkflows,
  ) {}

  /** Lists the orders that need a person, the longest waiting first. */
  attention(caller: Caller, query: ListAttention): Promise<Page<AttentionResource> | Refusal> {
    return this.transactions.run(caller, (tx) => listAttention(tx, query));
  }

  /**
   * Asks an order to do something. Answers 200 with what it came to; 202 when the order does not answer in time, after
   * which the same request may be sent again; or the order's own refusal, after which the key is as good as new:
   * Temporal keeps what an Update came to, so that each request is an Update of its own and only a repetition of one
   * without an answer is the same.
   */
  async ask<Verb extends keyof InterventionRequest>(
    caller: Caller,
    intent: IdempotentRequest,
    orderId: string,
    verb: Verb,
    asked: InterventionRequest[Verb],
  ): Promise<Answer<InterventionResource> | Refusal> {
    const begun = await this.transactions.run(caller, async (tx) => {
      const order = await tx
        .selectFrom('orders')
        .select(['status', 'closedAt'])
        .where('id', '=', orderId)
        .executeTakeFirst();
      if (!order) return refuse('not_found');
      const fresh = randomUUID();
      const claim = await claimKey(tx, caller.subject, intent.key, intent.requestHash, fresh);
      if (isRefusal(claim) || claim.claimed === 'answered') return claim;
      // A request whose answer was lost is the same Update: Temporal answers it as it did then. Earlier releases kept
      // the order's id there.
      const resumed = claim.claimed === 'resumed' && claim.resourceId !== orderId ? claim.resourceId : null;
      return { claimed: 'asking' as const, updateId: resumed ?? fresh, order };
    });
    if (isRefusal(begun)) return begun;
    if (begun.claimed === 'answered') return replay<InterventionResource>(begun.answer);
    const verdict = await this.workflows.operate(orderId, verb, { ...asked, actor: caller.actor }, begun.updateId);
    if (verdict === NO_ANSWER) {
      await this.transactions.run(caller, (tx) => reopenKey(tx, caller.subject, intent.key));
      return answer(202, intervention(orderId, verb, 'undecided'));
    }
    const refusal = isRefusal(verdict)
      ? verdict
      : verdict === 'not_running'
        ? refuse(begun.order.closedAt === null ? 'starting' : 'order_closed', {
            detail: `The order is ${begun.order.status}`,
          })
        : verdict.outcome === 'refused'
          ? refuse(verdict.code)
          : undefined;
    if (refusal || isRefusal(verdict) || verdict === 'not_running') {
      await this.transactions.run(caller, (tx) => forgetKey(tx, caller.subject, intent.key));
      return refusal as Refusal;
    }
    const done = answer(
      200,
      intervention(orderId, verb, 'done', verdict),
      'taskId' in verdict ? `/v1/tasks/${verdict.taskId}` : null,
    );
    await this.transactions.run(caller, (tx) => storeAnswer(tx, caller.subject, intent.key, done));
    return done;
  }
}

const intervention = (
  orderId: string,
  verb: InterventionVerb,
  outcome: InterventionResource['outcome'],
  verdict?: InterventionVerdict,
): InterventionResource => ({
  orderId,
  verb,
  outcome,
  steps: verdict?.outcome === 'retried' ? verdict.steps : null,
  taskId: verdict?.outcome === 'handed' ? verdict.taskId : null,
});
