import { sql } from 'kysely';
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
  | { readonly signal: 'paymentRequested' | 'paymentSettled'; readonly payload: { readonly paymentId: string } }
  | { readonly signal: 'attended' | 'handedToPerson'; readonly payload: { readonly taskId: string } }
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
  /** Counts the attempts to send it, this one included. */
  readonly attempts: number;
  readonly workflowId: string;
  /** Set when the signal starts the workflow if none runs. */
  readonly workflowType: string | null;
  readonly signal: string;
  readonly payload: unknown;
}

/** How long a sender holds a message. One that has died holds it no longer. */
const HOLD_SECONDS = 10;
/** Limits the pause before a message that failed is sent again. */
const LONGEST_PAUSE_SECONDS = 15;

/**
 * Deletes the message that was sent, if any, and claims the workflow's next one, which is its oldest. Returns undefined
 * when there is none, another sender holds it, or it failed and is not due yet: so no message overtakes another.
 */
export async function claimNext(tx: Tx, workflowId: string, sent: number | null): Promise<PendingMessage | undefined> {
  const { rows } = await sql<PendingMessage>`
    with sent as (delete from workflow_message where id = ${sent})
    update workflow_message
    set attempts = attempts + 1, "dueAt" = now() + make_interval(secs => ${HOLD_SECONDS})
    where "dueAt" <= now() and id = (
      select min(id) from workflow_message where "workflowId" = ${workflowId} and id is distinct from ${sent}
    )
    returning id, "workflowId", "workflowType", signal, payload, attempts`.execute(tx);
  return rows[0];
}

/** Deletes a message that was sent, and claims no other. */
export async function deleteMessage(tx: Tx, id: number): Promise<void> {
  await tx.deleteFrom('workflow_message').where('id', '=', id).execute();
}

/** Puts a message that failed off. The pause grows with its attempts. `error` names the failure. */
export async function putOff(tx: Tx, { id, attempts }: PendingMessage, error: string): Promise<void> {
  const seconds = Math.min(2 ** (attempts - 1), LONGEST_PAUSE_SECONDS);
  await sql`
    update workflow_message set "lastError" = ${error}, "dueAt" = now() + make_interval(secs => ${seconds})
    where id = ${id}`.execute(tx);
}

/** Lists workflows that wait for a signal of one kind. */
export async function workflowsAwaiting(tx: Tx, signal: OrderSignal['signal'], limit: number): Promise<string[]> {
  const rows = await tx
    .selectFrom('workflow_message')
    .select('workflowId')
    .where('signal', '=', signal)
    .groupBy('workflowId')
    .orderBy((eb) => eb.fn.min('id'))
    .limit(limit)
    .execute();
  return rows.map(({ workflowId }) => workflowId);
}

/** Lists workflows whose oldest message has been due for some seconds, the longest due first. */
export async function workflowsDue(tx: Tx, seconds: number, limit: number): Promise<string[]> {
  const { rows } = await sql<{ workflowId: string }>`
    select "workflowId" from (
      select distinct on ("workflowId") "workflowId", "dueAt" from workflow_message order by "workflowId", id
    ) oldest
    where "dueAt" <= now() - make_interval(secs => ${seconds})
    order by "dueAt" limit ${limit}`.execute(tx);
  return rows.map(({ workflowId }) => workflowId);
}
