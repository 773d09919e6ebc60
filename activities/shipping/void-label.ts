import { finishOperation } from '../../src/books/operations';
import { handOverAfterAll } from '../../src/books/shipping/hand-over';
import { askPersonAboutParcel, lockShipment, markShipmentVoided } from '../../src/books/shipping/shipments';
import { appendEvents } from '../../src/books/timeline';
import { SYSTEM } from '../../src/contracts/caller';
import { isOnTheRoad } from '../../src/domain/shipping/shipment-progress';
import type { VoidedLabel } from '../../src/providers/carriers/carrier-provider';
import type { ActivityDeps, FulfillmentRef } from '../deps';
import { callProviderOnce } from '../call-provider-once';
import { providerRefused } from '../failures';

/**
 * Voids the label of a fulfillment that is being cancelled. When its carrier has the parcel, by a scan or by the answer
 * to the void, hands the fulfillment over after all. Keyed by the shipment; does nothing without a live label.
 */
export async function voidLabel(
  deps: ActivityDeps,
  { orderId, fulfillmentId }: FulfillmentRef,
): Promise<'voided' | 'handed_over'> {
  const { transactions, carriers } = deps;
  const shipment = await transactions.run(SYSTEM, async (tx) => {
    const found = await lockShipment(tx, fulfillmentId);
    if (found && isOnTheRoad(found.status)) await handOverAfterAll(tx, fulfillmentId, new Date());
    return found;
  });
  if (!shipment || shipment.status === 'voided') return 'voided';
  if (isOnTheRoad(shipment.status)) return 'handed_over';
  const name = { subjectType: 'shipment', subjectId: shipment.id, kind: 'void_label', number: 1 } as const;
  const reference = shipment.providerReference;
  await callProviderOnce<{ reference: string }, VoidedLabel>(transactions, {
    operation: { ...name, provider: carriers.code, orderId, request: { reference } },
    // Voiding a booking twice is harmless, so the same call also asks for its result.
    find: () => Promise.resolve(undefined),
    perform: ({ request }, signal) => carriers.void(request.reference, signal),
    record: async (tx, answer) => {
      if (answer.status === 'refused')
        throw providerRefused(`The carrier keeps the label of ${fulfillmentId}: ${answer.reason}`);
      if (answer.status === 'picked_up') {
        await handOverAfterAll(tx, fulfillmentId, new Date());
        await finishOperation(tx, name, 'refused', { reason: answer.status });
        return;
      }
      const scanned = await lockShipment(tx, fulfillmentId);
      if (!(await finishOperation(tx, name, 'succeeded', { reference }))) return;
      await markShipmentVoided(tx, shipment.id);
      await appendEvents(tx, orderId, [
        { type: 'shipment.voided', merchantId: shipment.merchantId, data: { fulfillmentId, shipmentId: shipment.id } },
      ]);
      // Its carrier scanned the parcel while it voided the label: a person asks where it is.
      if (scanned && isOnTheRoad(scanned.status)) await askPersonAboutParcel(tx, orderId, `${shipment.id}:voided`);
    },
  });
  // Another attempt may have recorded the answer.
  const after = await transactions.run(SYSTEM, (tx) => lockShipment(tx, fulfillmentId));
  return after?.status === 'voided' ? 'voided' : 'handed_over';
}
