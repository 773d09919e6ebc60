import { CarrierScan, ShipmentStatus } from '../../contracts/statuses';

/** How far along a shipment is; a scan never moves it back. Final: signed, returned, voided. */
const RANK: Record<ShipmentStatus, number> = {
  booked: 0,
  handed_over: 1,
  in_transit: 2,
  exception: 2,
  out_for_delivery: 3,
  delivered: 4,
  refused: 5,
  signed: 6,
  returned: 6,
  voided: 7,
};

const STATUS_OF: Record<CarrierScan, ShipmentStatus> = {
  picked_up: ShipmentStatus.handedOver,
  in_transit: ShipmentStatus.inTransit,
  out_for_delivery: ShipmentStatus.outForDelivery,
  delivered: ShipmentStatus.delivered,
  signed: ShipmentStatus.signed,
  refused: ShipmentStatus.refused,
  returned: ShipmentStatus.returned,
  exception: ShipmentStatus.exception,
};

/**
 * Scans after which the order has to do something. The others only move the shipment's row (a pick-up also hands it
 * over).
 */
export const DECIDING_SCANS: readonly CarrierScan[] = [
  CarrierScan.signed,
  CarrierScan.refused,
  CarrierScan.returned,
  CarrierScan.exception,
];

/**
 * Merges a scan into what is known: the further status wins, so late and repeated scans change nothing. The way back to
 * the sender is scanned in transit as well: once refused, only `returned` counts. An exception may follow any status
 * short of the door and ends with the next scan.
 */
export function nextShipmentStatus(current: ShipmentStatus, scan: CarrierScan): ShipmentStatus {
  const next = STATUS_OF[scan];
  if (current === 'refused') return next === 'returned' ? next : current;
  if (current === 'exception') return RANK[next] >= RANK.in_transit ? next : current;
  if (next === 'exception') return RANK[current] < RANK.delivered ? next : current;
  if (next === 'returned') return RANK[current] >= RANK.signed ? current : next;
  return RANK[next] > RANK[current] ? next : current;
}
