import { randomUUID } from 'node:crypto';
import { claimKey, forgetKey, reopenKey, storeAnswer } from '../../books/idempotency';
import type { Transactions } from '../../books/transactions';
import type { Caller } from '../../contracts/caller';
import { isRefusal, refuse, type ErrorCode, type Refusal } from '../../contracts/errors';
import type {
  InterventionRequest,
  AttentionResource,
  InterventionResource,
  ListAttention,
  InterventionVerdict,
} from '../../contracts/interventions/interventions';
import type { InterventionVerb } from '../../contracts/interventions/intervention-codes';
import type { Page } from '../../contracts/page';
import type { OrderStatus } from '../../contracts/statuses';
import { buildAnswer, replayStoredAnswer, type Answer, type IdempotentRequest } from '../idempotent-request';
import { NO_ANSWER, type OrderWorkflows } from '../orders/order-workflows';
import { listAttention } from './read-attention';

/** Sends the interventions of staff to stuck orders. Each is an Update of the workflow, which records its actor. */
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
   * Sends an intervention to an order. Answers 200 with its result; 202 when the order does not answer in time, after
   * which the same request may be sent again; or the order's refusal, after which the key may be used again. Temporal
   * keeps the result of an Update, so each request is an Update of its own; only the repetition of one without an
   * answer is the same Update.
   */
  async intervene<Verb extends keyof InterventionRequest>(
    caller: Caller,
    intent: IdempotentRequest,
    orderId: string,
    verb: Verb,
    request: InterventionRequest[Verb],
  ): Promise<Answer<InterventionResource> | Refusal> {
    const begun = await this.transactions.run(caller, async (tx) => {
      const order = await tx
        .selectFrom('orders')
        .select(['status', 'closedAt'])
        .where('id', '=', orderId)
        .executeTakeFirst();
      if (!order) return refuse('not_found');
      const fresh = randomUUID();
      const claim = await claimKey(tx, caller.subject, intent, fresh);
      if (isRefusal(claim) || claim.claimed === 'answered') return claim;
      // A request whose answer was lost is the same Update: Temporal answers it as it did then. Earlier releases stored
      // the order's id here.
      const resumed = claim.claimed === 'resumed' && claim.resourceId !== orderId ? claim.resourceId : null;
      return { claimed: 'sending' as const, updateId: resumed ?? fresh, order };
    });
    if (isRefusal(begun)) return begun;
    if (begun.claimed === 'answered') return replayStoredAnswer<InterventionResource>(begun.answer);
    const verdict = await this.workflows.operate(orderId, verb, { ...request, actor: caller.actor }, begun.updateId);
    if (verdict === NO_ANSWER) {
      await this.transactions.run(caller, (tx) => reopenKey(tx, caller.subject, intent.key));
      return buildAnswer(202, intervention(orderId, verb, 'undecided'));
    }
    if (isRefusal(verdict) || verdict === 'not_running' || verdict.outcome === 'refused') {
      await this.transactions.run(caller, (tx) => forgetKey(tx, caller.subject, intent.key));
      return refusalOf(verdict, begun.order);
    }
    const done = buildAnswer(
      200,
      intervention(orderId, verb, 'done', verdict),
      'taskId' in verdict ? `/v1/tasks/${verdict.taskId}` : null,
    );
    await this.transactions.run(caller, (tx) => storeAnswer(tx, caller.subject, intent.key, done));
    return done;
  }
}

function refusalOf(
  verdict: Refusal | 'not_running' | { outcome: 'refused'; code: ErrorCode },
  { status, closedAt }: { status: OrderStatus; closedAt: Date | null },
): Refusal {
  if (isRefusal(verdict)) return verdict;
  if (verdict === 'not_running')
    return refuse(closedAt === null ? 'starting' : 'order_closed', { detail: `The order is ${status}` });
  return refuse(verdict.code);
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
