import {
  isGrpcServiceError,
  WithStartWorkflowOperation,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
} from '@temporalio/client';
import { ApplicationFailure, WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { Logger } from 'pino';
import { ERRORS, refuse, type ErrorCode, type Refusal } from '../../contracts/errors';
import { ORDER_WORKFLOW, ORDERS_QUEUE, orderWorkflowId, providerQueue } from '../../contracts/temporal-names';
import type { InterventionRequest, ByActor, InterventionVerdict } from '../../contracts/interventions/interventions';
import type { CancelOrder } from '../../contracts/orders/place-order';
import type { CancellationVerdict, Verdict } from '../../contracts/orders/verdict';
import { awaitVerdict, cancelOrder, payAgain, type OrderInput } from '../../../workflows/messages';
import { attributes } from '../../../workflows/search-attributes';
import type { OrderPolicies } from '../policies';

/** Describes an order whose workflow is to be started. */
export interface OrderStart {
  readonly orderId: string;
  readonly paymentId: string;
  readonly storefrontId: string;
  readonly merchantIds: readonly string[];
  readonly urgent: boolean;
  readonly placedAt: Date;
}

/** Limits how long the sweeper waits for Temporal to start one order. */
const START_MS = 5_000;

/** Marks an Update without an answer in time, or with Temporal unavailable: the order continues by itself. */
export const NO_ANSWER = 'no_answer';

/** Starts orders and sends them Updates. An Update that gets no answer in time answers `no_answer`: nothing is lost. */
export class OrderWorkflows {
  constructor(
    private readonly temporal: Client,
    private readonly policies: OrderPolicies,
    private readonly log: Logger,
  ) {}

  /** Starts an order, or finds it running, and awaits its verdict. */
  start(order: OrderStart): Promise<Verdict | typeof NO_ANSWER> {
    return this.#withinTime(order.orderId, () =>
      this.temporal.workflow.executeUpdateWithStart(awaitVerdict, {
        startWorkflowOperation: new WithStartWorkflowOperation(ORDER_WORKFLOW, this.#options(order)),
        updateId: order.orderId,
      }),
    );
  }

  /**
   * Starts an order whose process died before it could, without waiting for it. Does nothing when it runs or has ended.
   */
  async ensureStarted(order: OrderStart): Promise<void> {
    try {
      await this.temporal.withDeadline(Date.now() + START_MS, () =>
        this.temporal.workflow.start(ORDER_WORKFLOW, this.#options(order)),
      );
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  }

  /**
   * Replaces the workflow of an order, running or not, by one that is rebuilt from the books. Throws while Temporal is
   * unavailable.
   */
  async adopt(order: OrderStart): Promise<void> {
    const { args, ...options } = this.#options(order);
    await this.temporal.workflow.start(ORDER_WORKFLOW, {
      ...options,
      args: args.map((input) => ({ ...input, adopted: true })),
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.TERMINATE_EXISTING,
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
    });
  }

  /** Awaits the verdict of an order whose address was corrected. */
  afterAddressFix(orderId: string): Promise<Verdict | typeof NO_ANSWER> {
    return this.#withinTime(orderId, () =>
      this.#handle(orderId).executeUpdate(awaitVerdict, { updateId: `${orderId}:mended` }),
    );
  }

  pay(orderId: string, paymentId: string): Promise<Verdict | typeof NO_ANSWER> {
    return this.#withinTime(orderId, () =>
      this.#handle(orderId).executeUpdate(payAgain, { args: [{ paymentId }], updateId: paymentId }),
    );
  }

  /**
   * Awaits the end of a cancellation that the books hold. Answers `not_running` when the order's workflow has not
   * started or has ended. However many wait for it, the workflow holds one Update.
   */
  async cancel(
    orderId: string,
    request: ByActor<CancelOrder>,
  ): Promise<CancellationVerdict | typeof NO_ANSWER | 'not_running'> {
    try {
      return await this.#withinTime(orderId, () =>
        this.#handle(orderId).executeUpdate(cancelOrder, { args: [request], updateId: `${orderId}:cancelled` }),
      );
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return 'not_running';
      // Its run was replaced: the next one goes on from the books.
      if (error instanceof WorkflowUpdateFailedError) return NO_ANSWER;
      throw error;
    }
  }

  /** Sends an intervention of staff to an order, and answers its result or its refusal. */
  async operate<Verb extends keyof InterventionRequest>(
    orderId: string,
    verb: Verb,
    request: ByActor<InterventionRequest[Verb]>,
    updateId: string,
  ): Promise<InterventionVerdict | Refusal | typeof NO_ANSWER | 'not_running'> {
    try {
      return await this.#withinTime(orderId, () =>
        this.#handle(orderId).executeUpdate<InterventionVerdict, [typeof request]>(verb, { args: [request], updateId }),
      );
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return 'not_running';
      const refused =
        error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure
          ? error.cause
          : undefined;
      if (refused?.type == null || !(refused.type in ERRORS)) throw error;
      return refuse(refused.type as ErrorCode, { detail: refused.message });
    }
  }

  #handle(orderId: string) {
    return this.temporal.workflow.getHandle(orderWorkflowId(orderId));
  }

  #options(order: OrderStart) {
    const { policies } = this;
    const input: OrderInput = {
      orderId: order.orderId,
      paymentId: order.paymentId,
      paymentQueue: providerQueue(policies.paymentProvider),
      carrierQueue: providerQueue(policies.carrierProvider),
      paymentWindowSeconds: policies.paymentWindowSeconds,
      deliverySilenceSeconds: policies.deliverySilenceSeconds,
      addressHold: policies.addressHold,
    };
    return {
      workflowId: orderWorkflowId(order.orderId),
      taskQueue: ORDERS_QUEUE,
      args: [input],
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
      workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
      staticSummary: `Order ${order.orderId}`,
      priority: { priorityKey: order.urgent ? 2 : 3, fairnessKey: order.storefrontId },
      typedSearchAttributes: [
        attributes.orderId(order.orderId),
        attributes.status('draft'),
        attributes.stage('receive'),
        attributes.merchants([...order.merchantIds]),
        attributes.placedAt(order.placedAt),
      ],
    };
  }

  async #withinTime<T>(orderId: string, call: () => Promise<T>): Promise<T | typeof NO_ANSWER> {
    const deadline = new Date(Date.now() + this.policies.verdictTimeoutSeconds * 1000);
    try {
      return await this.temporal.withDeadline(deadline, call);
    } catch (error) {
      if (error instanceof WorkflowNotFoundError || error instanceof WorkflowUpdateFailedError) throw error;
      const unanswered =
        error instanceof WorkflowUpdateRPCTimeoutOrCancelledError ||
        isGrpcServiceError(error) ||
        (error instanceof Error && isGrpcServiceError(error.cause));
      if (!unanswered) throw error;
      this.log.warn({ err: error, orderId }, 'no answer from the order in time; it continues by itself');
      return NO_ANSWER;
    }
  }
}
