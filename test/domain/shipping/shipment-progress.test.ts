import fc from 'fast-check';
import { CarrierScan, ShipmentStatus } from '../../../src/contracts/statuses';
import { decideScan, isOnTheRoad, nextShipmentStatus } from '../../../src/domain/shipping/shipment-progress';

describe('nextShipmentStatus', () => {
  test.each([
    ['booked', 'in_transit', 'in_transit'],
    ['out_for_delivery', 'in_transit', 'out_for_delivery'],
    ['delivered', 'signed', 'signed'],
    ['signed', 'refused', 'signed'],
    ['refused', 'in_transit', 'refused'],
    ['refused', 'returned', 'returned'],
    ['in_transit', 'exception', 'exception'],
    ['exception', 'in_transit', 'in_transit'],
    ['delivered', 'exception', 'delivered'],
    ['voided', 'signed', 'voided'],
    ['in_transit', 'returned', 'returned'],
  ] as [ShipmentStatus, CarrierScan, ShipmentStatus][])('%s, then a scan %s: %s', (current, scan, next) => {
    expect(nextShipmentStatus(current, scan)).toBe(next);
  });

  test('the same scan again changes nothing, and a final status stays', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(ShipmentStatus)),
        fc.constantFrom(...Object.values(CarrierScan)),
        (current, scan) => {
          const once = nextShipmentStatus(current, scan);
          expect(nextShipmentStatus(once, scan)).toBe(once);
          if (['signed', 'returned', 'voided'].includes(current)) expect(once).toBe(current);
        },
      ),
    );
  });
});

describe('decideScan', () => {
  const statusAt = new Date('2026-11-26T10:00:00Z');
  const bookedAt = new Date('2026-11-26T08:00:00Z');
  const decide = (status: ShipmentStatus, scan: CarrierScan, at: string) =>
    decideScan({ status, statusAt, bookedAt }, scan, new Date(`2026-11-26T${at}Z`));

  test.each([
    ['signed', 'returned', '11:00:00'],
    ['signed', 'returned', '09:59:59'],
    ['signed', 'refused', '11:00:00'],
    ['refused', 'signed', '11:00:00'],
    ['refused', 'signed', '09:00:00'],
    ['returned', 'signed', '11:00:00'],
    ['voided', 'picked_up', '11:00:00'],
    ['voided', 'signed', '11:00:00'],
    ['booked', 'in_transit', '07:44:59'],
    ['booked', 'signed', '07:44:59'],
  ] as [ShipmentStatus, CarrierScan, string][])(
    'a parcel that is %s contradicts a scan %s of %s',
    (status, scan, at) => {
      expect(decide(status, scan, at)).toEqual({ status, contradicts: true });
    },
  );

  test.each([
    // The carrier came twice, and its scans arrive in another order.
    ['signed', 'refused', '09:59:59', 'signed'],
    ['signed', 'in_transit', '11:00:00', 'signed'],
    ['refused', 'returned', '11:00:00', 'returned'],
    ['refused', 'in_transit', '11:00:00', 'refused'],
    ['returned', 'refused', '11:00:00', 'returned'],
    ['voided', 'exception', '11:00:00', 'voided'],
    // The carrier's clock is a little behind.
    ['booked', 'in_transit', '07:45:00', 'in_transit'],
  ] as [ShipmentStatus, CarrierScan, string, ShipmentStatus][])(
    'a parcel that is %s agrees with a scan %s of %s',
    (status, scan, at, next) => {
      expect(decide(status, scan, at)).toEqual({ status: next, contradicts: false });
    },
  );
});

test('a carrier has, or had, a parcel from its pick-up on: an exception may come before', () => {
  expect(Object.values(ShipmentStatus).filter((status) => !isOnTheRoad(status))).toEqual([
    'booked',
    'exception',
    'voided',
  ]);
});
