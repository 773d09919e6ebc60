import { CarrierScan, ShipmentStatus } from '../../contracts/statuses';

/** Ranks the shipment statuses by progress; a scan never moves a shipment back. Final: signed, returned, voided. */
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
 * Lists the scans after which the order must act. Other scans only update the shipment's row; a pick-up also records
 * the hand-over.
 */
export const DECIDING_SCANS: readonly CarrierScan[] = [
  CarrierScan.signed,
  CarrierScan.refused,
  CarrierScan.returned,
  CarrierScan.exception,
];

/**
 * Returns a shipment's status after a scan. The further status wins, so late and repeated scans change nothing. Parcels
 * on the way back are scanned in transit too: after a refusal only `returned` counts. An exception may follow any
 * status before the delivery and ends with the next scan.
 */
export function nextShipmentStatus(current: ShipmentStatus, scan: CarrierScan): ShipmentStatus {
  const next = STATUS_OF[scan];
  if (current === 'refused') return next === 'returned' ? next : current;
  if (current === 'exception') return RANK[next] >= RANK.in_transit ? next : current;
  if (next === 'exception') return RANK[current] < RANK.delivered ? next : current;
  if (next === 'returned') return RANK[current] >= RANK.signed ? current : next;
  return RANK[next] > RANK[current] ? next : current;
}
