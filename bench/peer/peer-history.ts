import type { Client } from '@temporalio/client';
import { z } from 'zod';
import { costOf, endedHistory, medianCost, sumOf, type HistoryCost, type HistoryEvent } from '../load/history-cost';

/** How its charge workflow is found: by the key that the order gave its activity `Charge`. */
const ChargeInput = z.object({ idempotencyKey: z.string() });

/** Names the first shipment of an order, the only one of an order of one item. */
export const shipmentIdOf = (orderId: string): string => `${orderId}:1`;

/**
 * Counts what ended orders of the peer left in the histories of all their workflows together, the median of each
 * figure. Waits for each to close.
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

/** The workflows whose histories `peerHistoryCostOf` adds up per order: order, shipment, charge. */
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
