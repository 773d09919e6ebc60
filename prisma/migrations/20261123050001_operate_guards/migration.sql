-- What orders have so far: the best that is known of since when. Row-level security holds for the owner, too.
SELECT set_config('app.role', 'system', true);
UPDATE "orders" SET "attentionOwn" = "attention", "attentionSince" = "updatedAt" WHERE "attention" IS NOT NULL;
UPDATE "orders" SET "stageSince" = coalesce("closedAt", CASE WHEN "stage" = 'receive' AND "status" <> 'cancelling' THEN "placedAt" ELSE "updatedAt" END);

ALTER TABLE "orders" ADD CONSTRAINT orders_attention_of_somebody CHECK (
  ("attention" IS NULL) = ("attentionOwn" IS NULL AND "attentionFound" IS NULL) AND ("attention" IS NULL) = ("attentionSince" IS NULL));
ALTER TABLE "fulfillment" ADD CONSTRAINT fulfillment_bookings_counted CHECK ("firstBooking" >= 1);
-- Work on a parcel belongs to its part of an order; any other task says why it is there and what it is about.
ALTER TABLE "task" ADD CONSTRAINT task_is_about_something CHECK (
  CASE WHEN "kind" IN ('pick', 'recheck', 'pack')
    THEN "orderId" IS NOT NULL AND "fulfillmentId" IS NOT NULL AND "merchantId" IS NOT NULL AND "warehouseId" IS NOT NULL
    ELSE "reason" IS NOT NULL AND coalesce("orderId", "subject") IS NOT NULL END);

-- The watchdog looks at orders that have not ended: a small part of a large table.
CREATE INDEX orders_overdue ON "orders" ("stage", "stageSince") WHERE "closedAt" IS NULL;
CREATE INDEX orders_found ON "orders" ("id") WHERE "attentionFound" IS NOT NULL;
-- An order is handed to one person at a time.
CREATE UNIQUE INDEX task_attend_once ON "task" ("orderId") WHERE "kind" = 'attend' AND "status" IN ('open', 'claimed');
