import { orderWorkflowId, REPLENISHMENT_WORKFLOW, replenishmentWorkflowId } from '../contracts/temporal-names';
import type { CancelOrder } from '../contracts/orders/place-order';
import type { CarrierScan, FoundReason } from '../contracts/statuses';
import type { Tx } from './transactions';

/** What the rest of the system tells an order: the Signals of its workflow, by name. Facts, in references and codes. */
export type OrderSignal =
  | { readonly signal: 'parcelPacked' | 'parcelHandedOver'; readonly payload: { readonly fulfillmentId: string } }
  | {
      readonly signal: 'carrierReported';
      readonly payload: { readonly fulfillmentId: string; readonly scan: CarrierScan };
    }
  | { readonly signal: 'addressMended' | 'backorderFilled'; readonly payload: Readonly<Record<string, never>> }
  | { readonly signal: 'paymentSettled'; readonly payload: { readonly paymentId: string } }
  | { readonly signal: 'attended'; readonly payload: { readonly taskId: string } }
  | { readonly signal: 'cancellationBegun'; readonly payload: CancelOrder & { readonly actor: string } }
  | { readonly signal: 'watchdogReported'; readonly payload: { readonly reason: FoundReason | null } };

/**
 * Commits a signal with the fact it tells of. The client sends it after the commit; the sweeper, if the client died.
 */
export async function enqueueOrderSignal(tx: Tx, orderId: string, { signal, payload }: OrderSignal): Promise<void> {
  await tx
    .insertInto('workflow_message')
    .values({ workflowId: orderWorkflowId(orderId), signal, payload: JSON.stringify(payload) })
    .execute();
}

/** What a replenishment is told: facts, in references, codes and quantities. */
export type ReplenishmentSignal =
  | { readonly signal: 'stockLow' | 'replenishmentEnded'; readonly payload: { readonly replenishmentId: string } }
  | {
      readonly signal: 'supplierAnswered';
      readonly payload: { readonly replenishmentId: string; readonly quantity: number; readonly expectedOn: string };
    };

/** Commits a signal to a shelf's replenishment. `stockLow` starts its workflow, should that not be running. */
export async function enqueueReplenishmentSignal(
  tx: Tx,
  { warehouseId, skuId }: { warehouseId: string; skuId: string },
  { signal, payload }: ReplenishmentSignal,
): Promise<void> {
  await tx
    .insertInto('workflow_message')
    .values({
      workflowId: replenishmentWorkflowId(warehouseId, skuId),
      workflowType: signal === 'stockLow' ? REPLENISHMENT_WORKFLOW : null,
      signal,
      payload: JSON.stringify(payload),
    })
    .execute();
}

export interface PendingMessage {
  readonly id: number;
  readonly workflowId: string;
  /** Set when the signal starts the workflow, should it not be running. */
  readonly workflowType: string | null;
  readonly signal: string;
  readonly payload: unknown;
}

/**
 * Takes a workflow's unsent messages in the order of their making and locks them until the transaction ends. While
 * another sender holds the first of them it waits, so that none overtakes another.
 */
export function claimMessages(tx: Tx, workflowId: string, limit: number): Promise<PendingMessage[]> {
  return tx
    .selectFrom('workflow_message')
    .select(['id', 'workflowId', 'workflowType', 'signal', 'payload'])
    .where('workflowId', '=', workflowId)
    .orderBy('id')
    .limit(limit)
    .forUpdate()
    .execute();
}

/**
 * Names workflows that were not told yet: of a signal, or for more than some seconds; those that wait longest first.
 */
export async function workflowsWithMessages(
  tx: Tx,
  what: { readonly signal: OrderSignal['signal'] } | { readonly olderThanSeconds: number },
  limit: number,
): Promise<string[]> {
  const query = tx
    .selectFrom('workflow_message')
    .select('workflowId')
    .groupBy('workflowId')
    .orderBy((eb) => eb.fn.min('id'))
    .limit(limit);
  const wanted =
    'signal' in what
      ? query.where('signal', '=', what.signal)
      : query.where('createdAt', '<', new Date(Date.now() - what.olderThanSeconds * 1000));
  return (await wanted.execute()).map(({ workflowId }) => workflowId);
}

/** Forgets a message that Temporal has. */
export async function deleteMessage(tx: Tx, id: number): Promise<void> {
  await tx.deleteFrom('workflow_message').where('id', '=', id).execute();
}
