import { finishOperation } from '../../src/books/operations';
import { takeBackCancelled } from '../../src/books/orders/fulfillments';
import { handOverPickedUp } from '../../src/books/shipping/hand-over';
import { lockShipment, markShipmentVoided, openCheckParcelTask } from '../../src/books/shipping/shipments';
import { appendEvents } from '../../src/books/timeline';
import type { Tx } from '../../src/books/transactions';
import { SYSTEM } from '../../src/contracts/caller';
import { HANDED_OVER_STATUSES } from '../../src/contracts/statuses';
import { isOnTheRoad } from '../../src/domain/shipping/shipment-progress';
import type { LabelVoidResult } from '../../src/providers/carriers/carrier-provider';
import type { ActivityDeps, FulfillmentRef } from '../deps';
import { callProviderOnce } from '../call-provider-once';
import { providerRefused } from '../failures';

const voidOf = (shipmentId: string) =>
  ({ subjectType: 'shipment', subjectId: shipmentId, kind: 'void_label', number: 1 }) as const;

/**
 * Voids the label of a fulfillment that is being cancelled. When its carrier has the parcel, by a scan or by the answer
 * to the void, hands the fulfillment over after all. Keyed by the shipment; does nothing without a live label.
 */
export async function voidLabel(deps: ActivityDeps, ref: FulfillmentRef): Promise<'voided' | 'handed_over'> {
  const { transactions, carriers } = deps;
  const { orderId, fulfillmentId } = ref;
  const shipment = await transactions.run(SYSTEM, (tx) => handOverScanned(tx, fulfillmentId));
  if (shipment && HANDED_OVER_STATUSES.includes(shipment.fulfillmentStatus)) return 'handed_over';
  if (!shipment || shipment.status === 'voided') return 'voided';
  const reference = shipment.providerReference;
  await callProviderOnce<{ reference: string }, LabelVoidResult>(transactions, {
    operation: { ...voidOf(shipment.id), provider: carriers.code, orderId, request: { reference } },
    // Voiding a booking twice is harmless, so the same call also asks for its result.
    find: () => Promise.resolve(undefined),
    perform: ({ request }, signal) => carriers.void(request.reference, signal),
    record: (tx, answer) => recordAnswer(tx, ref, answer),
  });
  // Another attempt may have recorded the answer.
  const after = await transactions.run(SYSTEM, (tx) => lockShipment(tx, fulfillmentId));
  return after?.status === 'voided' ? 'voided' : 'handed_over';
}

/** Hands over a fulfillment whose carrier has scanned the parcel, and returns its shipment as it is after that. */
async function handOverScanned(tx: Tx, fulfillmentId: string) {
  const found = await lockShipment(tx, fulfillmentId);
  if (!found || found.status === 'voided') return found;
  if (found.fulfillmentStatus === 'cancelled') await takeBackCancelled(tx, fulfillmentId);
  if (!isOnTheRoad(found.status)) return found;
  await finishOperation(tx, voidOf(found.id), 'refused', { reason: 'scanned' });
  await handOverPickedUp(tx, fulfillmentId, new Date());
  return lockShipment(tx, fulfillmentId);
}

async function recordAnswer(tx: Tx, { orderId, fulfillmentId }: FulfillmentRef, answer: LabelVoidResult) {
  if (answer.status === 'refused')
    throw providerRefused(`The carrier keeps the label of ${fulfillmentId}: ${answer.reason}`);
  const shipment = await lockShipment(tx, fulfillmentId);
  if (!shipment) return;
  const isVoided = answer.status === 'voided';
  const { id, merchantId, providerReference: reference } = shipment;
  const result = isVoided ? { reference } : { reason: answer.status };
  if (!(await finishOperation(tx, voidOf(id), isVoided ? 'succeeded' : 'refused', result))) return;
  if (!isVoided) {
    await handOverPickedUp(tx, fulfillmentId, new Date());
    return;
  }
  // Its carrier scanned the parcel while it voided the label: a person asks where it is.
  if (shipment.status !== 'booked') await openCheckParcelTask(tx, orderId, `${id}:voided`);
  if (HANDED_OVER_STATUSES.includes(shipment.fulfillmentStatus)) return;
  await markShipmentVoided(tx, id);
  await appendEvents(tx, orderId, [{ type: 'shipment.voided', merchantId, data: { fulfillmentId, shipmentId: id } }]);
}
