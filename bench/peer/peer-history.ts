import type { Client } from '@temporalio/client';
import { z } from 'zod';
import { costOf, endedHistory, medianCost, sumOf, type HistoryCost, type HistoryEvent } from '../load/history-cost';

/** Parses the input of the activity `Charge`: its key identifies the charge's workflow. */
const ChargeInput = z.object({ idempotencyKey: z.string() });

/** Builds the id of an order's first shipment, the only one of an order of one item. */
export const shipmentIdOf = (orderId: string): string => `${orderId}:1`;

/**
 * Counts the histories of all workflows of the peer's ended orders, and returns the median of each figure per order.
 * Waits for each workflow to close.
 */
export async function peerHistoryCostOf(temporal: Client, orderIds: readonly string[]): Promise<HistoryCost> {
  const costs: HistoryCost[] = [];
  for (const orderId of orderIds) {
    const order = await endedHistory(temporal, `Order:${orderId}`);
    const others = [`Shipment:${shipmentIdOf(orderId)}`, `Charge:${chargeKeyOf(order)}`].map((workflowId) =>
      endedHistory(temporal, workflowId),
    );
    costs.push(sumOf([order, ...(await Promise.all(others))].map(costOf)));
  }
  return medianCost(costs);
}

/** Counts the workflows of an order whose histories are added up: order, shipment, charge. */
export const WORKFLOWS_PER_ORDER = 3;

/** Reads the key of the order's one charge from its history. Throws when there is none. */
export function chargeKeyOf(events: readonly HistoryEvent[]): string {
  const scheduled = events
    .map((event) => event.activityTaskScheduledEventAttributes)
    .find((activity) => activity?.activityType?.name === 'Charge');
  const data = scheduled?.input?.payloads?.[0]?.data;
  if (!data) throw new Error('An order of the peer ended without a charge.');
  return ChargeInput.parse(JSON.parse(Buffer.from(data).toString())).idempotencyKey;
}
