-- What belongs to an order is found by its key, however many orders there are.

-- A part's reservations are read and written by every task of the warehouse; whether a customer has ordered before is asked for each
-- price with an offer for first orders, and what a task is about by each receipt of goods.
CREATE INDEX "reservation_fulfillmentId_idx" ON "reservation" ("fulfillmentId");
CREATE INDEX "orders_customerId_idx" ON "orders" ("customerId");
CREATE INDEX task_subject ON "task" ("subject") WHERE "subject" IS NOT NULL;
-- A merchant's orders are listed by its lines: few of the mall's, it may be.
CREATE INDEX "order_line_merchantId_orderId_idx" ON "order_line" ("merchantId", "orderId");
-- Webhooks that wait are counted for every look at the metrics.
CREATE INDEX webhook_parked ON "webhook_event" ("receivedAt") WHERE "parkedFor" IS NOT NULL;

-- "EXISTS (SELECT 1 FROM orders ...)" in a policy lets PostgreSQL choose to read all orders that the caller may see into a hash and look
-- the one up there: a plan it makes while the table is small, and keeps when it is not. A scalar subquery is always asked by the key.
DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['fulfillment', 'task', 'shipment', 'reservation', 'order_line', 'payment', 'timeline_event',
    'promotion_use', 'order_discount', 'order_price', 'backorder'] LOOP
    EXECUTE format('ALTER POLICY storefront ON %I USING ((SELECT app_role()) = ''storefront'' AND (SELECT true FROM "orders" o WHERE o."id" = "orderId"))', t);
  END LOOP;
  FOREACH t IN ARRAY ARRAY['promotion_version', 'promotion_counter'] LOOP
    EXECUTE format('ALTER POLICY merchant ON %I USING ((SELECT app_role()) = ''merchant'' AND (SELECT true FROM "promotion" p WHERE p."id" = "promotionId"))', t);
  END LOOP;
END $$;
ALTER POLICY merchant ON "timeline_event" USING ((SELECT app_role()) = 'merchant' AND ("merchantId" = (SELECT app_subject())
  OR ("merchantId" IS NULL AND "type" LIKE 'order.%' AND (SELECT true FROM "orders" o WHERE o."id" = "orderId"))));
ALTER POLICY worker_reads ON "allocation" USING ((SELECT app_role()) IN ('warehouse', 'merchant')
  AND (SELECT true FROM "reservation" r WHERE r."id" = "reservationId"));
ALTER POLICY chase_ends ON "task" USING ((SELECT app_role()) IN ('merchant', 'warehouse') AND "kind" = 'chase_supplier'
  AND (SELECT true FROM "replenishment" r WHERE r."id" = "subject"));
ALTER POLICY chase_seen ON "task" USING ((SELECT app_role()) = 'warehouse' AND "kind" = 'chase_supplier'
  AND (SELECT true FROM "replenishment" r WHERE r."id" = "subject"));
ALTER POLICY seen ON "supplier_answer" USING ((SELECT true FROM "replenishment" r WHERE r."id" = "replenishmentId"));
ALTER POLICY merchant_records ON "supplier_answer" WITH CHECK ((SELECT app_role()) = 'merchant'
  AND (SELECT true FROM "replenishment" r WHERE r."id" = "replenishmentId"));
