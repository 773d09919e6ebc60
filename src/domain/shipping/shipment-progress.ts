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

/** Reports whether a carrier has, or had, the parcel of a shipment. An exception may come before the pick-up. */
export const isOnTheRoad = (status: ShipmentStatus): boolean => !['booked', 'exception', 'voided'].includes(status);

/** How far a carrier's clock may be behind ours. */
const CLOCK_SKEW_MS = 15 * 60_000;

/** Lists the scans that cannot be true of a parcel once it has come to an end. */
const IMPOSSIBLE_AFTER: Readonly<Partial<Record<ShipmentStatus, readonly CarrierScan[]>>> = {
  signed: [CarrierScan.refused, CarrierScan.returned],
  refused: [CarrierScan.signed],
  returned: [CarrierScan.signed],
  voided: [
    CarrierScan.pickedUp,
    CarrierScan.inTransit,
    CarrierScan.outForDelivery,
    CarrierScan.delivered,
    CarrierScan.signed,
    CarrierScan.refused,
    CarrierScan.returned,
  ],
};

/** Describes what is known of a shipment when a scan of it comes. */
export interface ScannedShipment {
  readonly status: ShipmentStatus;
  /** When the carrier said so. */
  readonly statusAt: Date;
  /** When its label was asked for. */
  readonly bookedAt: Date;
}

/**
 * Decides on a scan: the shipment's status after it, and whether it contradicts what is known. Then a person must look,
 * and nothing else changes. A parcel that was signed for came back, one that was refused was signed for, a voided label
 * travels, or the scan is dated before the label, as with a tracking number that the carrier used before. A refusal
 * that is older than the signature is only late: the carrier came twice.
 */
export function decideScan(
  { status, statusAt, bookedAt }: ScannedShipment,
  scan: CarrierScan,
  at: Date,
): { readonly status: ShipmentStatus; readonly contradicts: boolean } {
  if (at.getTime() < bookedAt.getTime() - CLOCK_SKEW_MS) return { status, contradicts: true };
  const isLate = status === 'signed' && scan === CarrierScan.refused && at < statusAt;
  const contradicts = !isLate && (IMPOSSIBLE_AFTER[status]?.includes(scan) ?? false);
  return { status: contradicts ? status : nextShipmentStatus(status, scan), contradicts };
}
