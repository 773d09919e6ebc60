import type { ByActor } from '../contracts/interventions/interventions';
import { orderWorkflowId, REPLENISHMENT_WORKFLOW, replenishmentWorkflowId } from '../contracts/temporal-names';
import type { CancelOrder } from '../contracts/orders/place-order';
import type { CarrierScan, WatchdogReason } from '../contracts/statuses';
import type { Tx } from './transactions';

/** Lists the Signals that the system sends to an order's workflow. They are facts, in references and codes. */
export type OrderSignal =
  | { readonly signal: 'parcelPacked' | 'parcelHandedOver'; readonly payload: { readonly fulfillmentId: string } }
  | {
      readonly signal: 'carrierReported';
      readonly payload: { readonly fulfillmentId: string; readonly scan: CarrierScan };
    }
  | { readonly signal: 'addressMended' | 'backorderFilled'; readonly payload: Readonly<Record<string, never>> }
  | { readonly signal: 'paymentSettled'; readonly payload: { readonly paymentId: string } }
  | { readonly signal: 'attended'; readonly payload: { readonly taskId: string } }
  | { readonly signal: 'cancellationBegun'; readonly payload: ByActor<CancelOrder> }
  | { readonly signal: 'watchdogReported'; readonly payload: { readonly reason: WatchdogReason | null } };

/**
 * Writes a signal to the outbox in the transaction of its fact. The service sends it after the commit; the sweeper
 * sends it if the service died.
 */
export async function enqueueOrderSignal(tx: Tx, orderId: string, { signal, payload }: OrderSignal): Promise<void> {
  await tx
    .insertInto('workflow_message')
    .values({ workflowId: orderWorkflowId(orderId), signal, payload: JSON.stringify(payload) })
    .execute();
}

/** Lists the Signals of a replenishment's workflow. They are facts, in references, codes and quantities. */
export type ReplenishmentSignal =
  | { readonly signal: 'stockLow' | 'replenishmentEnded'; readonly payload: { readonly replenishmentId: string } }
  | {
      readonly signal: 'supplierAnswered';
      readonly payload: { readonly replenishmentId: string; readonly quantity: number; readonly expectedOn: string };
    };

/** Writes a signal to a shelf's replenishment to the outbox. `stockLow` starts its workflow if none runs. */
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

/** Describes a signal of the outbox that is not sent yet. */
export interface PendingMessage {
  readonly id: number;
  readonly workflowId: string;
  /** Set when the signal starts the workflow if none runs. */
  readonly workflowType: string | null;
  readonly signal: string;
  readonly payload: unknown;
}

/**
 * Reads a workflow's unsent messages in the order of their creation and locks them until the transaction ends. It waits
 * while another sender holds the first of them, so that no message overtakes another.
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

/** Lists workflows with unsent messages, of one signal or older than some seconds; the longest waiting first. */
export async function workflowsWithMessages(
  tx: Tx,
  selection: { readonly signal: OrderSignal['signal'] } | { readonly olderThanSeconds: number },
  limit: number,
): Promise<string[]> {
  const query = tx
    .selectFrom('workflow_message')
    .select('workflowId')
    .groupBy('workflowId')
    .orderBy((eb) => eb.fn.min('id'))
    .limit(limit);
  const selected =
    'signal' in selection
      ? query.where('signal', '=', selection.signal)
      : query.where('createdAt', '<', new Date(Date.now() - selection.olderThanSeconds * 1000));
  return (await selected.execute()).map(({ workflowId }) => workflowId);
}

/** Deletes a message that Temporal has received. */
export async function deleteMessage(tx: Tx, id: number): Promise<void> {
  await tx.deleteFrom('workflow_message').where('id', '=', id).execute();
}
