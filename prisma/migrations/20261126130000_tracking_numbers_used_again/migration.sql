-- Carriers use tracking numbers again: one names a single parcel on the road, and any number that have ended.
DROP INDEX "shipment_provider_trackingNumber_key";
CREATE INDEX "shipment_provider_trackingNumber_idx" ON "shipment"("provider", "trackingNumber");
CREATE UNIQUE INDEX shipment_on_the_road ON "shipment"("provider", "trackingNumber")
  WHERE "status" NOT IN ('signed', 'returned', 'voided');
