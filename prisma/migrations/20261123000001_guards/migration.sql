-- What must hold whatever the code does: constraints, balanced books, unbroken chains, and who sees which row.

-- ---- Stock and money never contradict themselves ----
ALTER TABLE "stock" ADD CONSTRAINT stock_on_hand CHECK ("onHand" >= 0),
                    ADD CONSTRAINT stock_reserved CHECK ("reserved" >= 0 AND "reserved" <= "onHand");
ALTER TABLE "lot" ADD CONSTRAINT lot_on_hand CHECK ("onHand" >= 0),
                  ADD CONSTRAINT lot_allocated CHECK ("allocated" >= 0 AND "allocated" <= "onHand");
ALTER TABLE "reservation" ADD CONSTRAINT reservation_quantity CHECK ("quantity" > 0);
ALTER TABLE "allocation" ADD CONSTRAINT allocation_quantity CHECK ("quantity" > 0);
ALTER TABLE "stock_movement" ADD CONSTRAINT movement_moves CHECK ("quantity" <> 0);
ALTER TABLE "payment" ADD CONSTRAINT payment_adds_up CHECK (
  "amount" >= 0 AND "authorized" IN (0, "amount") AND "captured" >= 0 AND "voided" >= 0 AND "refunded" >= 0
  AND "captured" + "voided" <= "authorized" AND "refunded" <= "captured");
ALTER TABLE "price" ADD CONSTRAINT price_positive CHECK ("amount" > 0);

ALTER TABLE "price" ADD FOREIGN KEY ("skuId") REFERENCES "sku" ("id");
ALTER TABLE "sku" ADD FOREIGN KEY ("merchantId") REFERENCES "merchant" ("id"),
                  ADD FOREIGN KEY ("supplierId") REFERENCES "supplier" ("id");
ALTER TABLE "location" ADD FOREIGN KEY ("warehouseId") REFERENCES "warehouse" ("id");
ALTER TABLE "stock" ADD FOREIGN KEY ("skuId") REFERENCES "sku" ("id"),
                    ADD FOREIGN KEY ("warehouseId") REFERENCES "warehouse" ("id");
ALTER TABLE "lot" ADD FOREIGN KEY ("skuId", "warehouseId") REFERENCES "stock" ("skuId", "warehouseId"),
                  ADD FOREIGN KEY ("locationId") REFERENCES "location" ("id");
ALTER TABLE "stock_movement" ADD FOREIGN KEY ("lotId") REFERENCES "lot" ("id");
ALTER TABLE "orders" ADD FOREIGN KEY ("customerId") REFERENCES "customer" ("id"),
                     ADD FOREIGN KEY ("storefrontId") REFERENCES "storefront" ("id");
ALTER TABLE "order_line" ADD FOREIGN KEY ("orderId") REFERENCES "orders" ("id"),
                         ADD FOREIGN KEY ("skuId") REFERENCES "sku" ("id");
ALTER TABLE "fulfillment" ADD FOREIGN KEY ("orderId") REFERENCES "orders" ("id");
ALTER TABLE "reservation" ADD FOREIGN KEY ("orderLineId") REFERENCES "order_line" ("id"),
                          ADD FOREIGN KEY ("fulfillmentId") REFERENCES "fulfillment" ("id"),
                          ADD FOREIGN KEY ("skuId", "warehouseId") REFERENCES "stock" ("skuId", "warehouseId");
ALTER TABLE "allocation" ADD FOREIGN KEY ("reservationId") REFERENCES "reservation" ("id"),
                         ADD FOREIGN KEY ("lotId") REFERENCES "lot" ("id");
ALTER TABLE "task" ADD FOREIGN KEY ("fulfillmentId") REFERENCES "fulfillment" ("id");
ALTER TABLE "shipment" ADD FOREIGN KEY ("fulfillmentId") REFERENCES "fulfillment" ("id");
ALTER TABLE "payment" ADD FOREIGN KEY ("orderId") REFERENCES "orders" ("id");
ALTER TABLE "ledger_entry" ADD FOREIGN KEY ("transactionId") REFERENCES "ledger_transaction" ("id");

-- The order's queues for people, the sweeper's work and parked webhooks are small parts of large tables.
CREATE INDEX task_queue ON "task" ("warehouseId", "urgency" DESC, "id") WHERE "status" IN ('open', 'claimed');
CREATE INDEX orders_unstarted ON "orders" ("startLeaseUntil") WHERE "startLeaseUntil" IS NOT NULL;
CREATE INDEX orders_attention ON "orders" ("id") WHERE "attention" IS NOT NULL;

-- ---- Every ledger transaction balances, per currency, at commit ----
CREATE FUNCTION ledger_must_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM "ledger_entry" WHERE "transactionId" = NEW."transactionId"
             GROUP BY "currency" HAVING sum("amount") <> 0) THEN
    RAISE EXCEPTION 'ledger transaction % does not balance', NEW."transactionId" USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_balances AFTER INSERT ON "ledger_entry"
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_must_balance();

-- ---- The timeline: append only, each link hashed over the one before it ----
CREATE FUNCTION timeline_hash(previous text, "orderId" text, seq int, type text, at timestamptz, actor text, merchant text, data jsonb)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT encode(sha256(convert_to(jsonb_build_array(
    previous, "orderId", seq, type, (extract(epoch FROM at) * 1000)::bigint, actor, merchant, data)::text, 'UTF8')), 'hex')
$$;

-- Appends events ([{type, merchantId, data}]) to an order's chain under its head's row lock; the actor is the transaction's.
CREATE FUNCTION append_timeline(p_order text, p_events jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_seq int;
  v_hash text;
  v_event jsonb;
  v_at timestamptz := date_trunc('milliseconds', clock_timestamp());
  v_actor text := current_setting('app.actor');
BEGIN
  SELECT seq, hash INTO v_seq, v_hash FROM "timeline_head" WHERE "orderId" = p_order FOR UPDATE;
  IF NOT FOUND THEN
    INSERT INTO "timeline_head" ("orderId", "seq", "hash") VALUES (p_order, 0, '') ON CONFLICT DO NOTHING;
    SELECT seq, hash INTO v_seq, v_hash FROM "timeline_head" WHERE "orderId" = p_order FOR UPDATE;
  END IF;
  FOR v_event IN SELECT * FROM jsonb_array_elements(p_events) LOOP
    v_seq := v_seq + 1;
    v_hash := timeline_hash(v_hash, p_order, v_seq, v_event->>'type', v_at, v_actor, v_event->>'merchantId', v_event->'data');
    INSERT INTO "timeline_event" ("orderId", "seq", "type", "at", "actor", "merchantId", "data", "hash")
    VALUES (p_order, v_seq, v_event->>'type', v_at, v_actor, v_event->>'merchantId', v_event->'data', v_hash);
  END LOOP;
  UPDATE "timeline_head" SET "seq" = v_seq, "hash" = v_hash WHERE "orderId" = p_order;
END $$;

-- ---- Who sees what. The application's role owns nothing; without a caller there are no rows. ----
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'mallflow_app') THEN
    CREATE ROLE mallflow_app NOLOGIN NOBYPASSRLS;
  END IF;
END $$;
GRANT USAGE ON SCHEMA public TO mallflow_app;
GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO mallflow_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO mallflow_app;
GRANT DELETE ON "workflow_message", "webhook_event", "idempotency_record" TO mallflow_app;
REVOKE UPDATE ON "ledger_transaction", "ledger_entry", "timeline_event", "stock_movement" FROM mallflow_app;
-- Of the record of migrations it may read only.
DO $$ BEGIN
  IF to_regclass('public._prisma_migrations') IS NOT NULL THEN
    REVOKE INSERT, UPDATE ON "_prisma_migrations" FROM mallflow_app;
  END IF;
END $$;

CREATE FUNCTION app_role() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT coalesce(current_setting('app.role', true), '') $$;
CREATE FUNCTION app_subject() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT coalesce(current_setting('app.subject', true), '') $$;
CREATE FUNCTION app_known() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT app_role() <> '' $$;
CREATE FUNCTION app_staff() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT app_role() IN ('system', 'platform', 'support') $$;

DO $$
DECLARE t text;
BEGIN
  FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> '_prisma_migrations' LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY staff ON %I USING ((SELECT app_staff())) WITH CHECK ((SELECT app_staff()))', t);
  END LOOP;
  -- The catalogue and what is in stock are read by every caller.
  FOREACH t IN ARRAY ARRAY['storefront', 'warehouse', 'location', 'carrier', 'sku', 'price', 'stock', 'lot'] LOOP
    EXECUTE format('CREATE POLICY everyone_reads ON %I FOR SELECT USING ((SELECT app_known()))', t);
  END LOOP;
  -- Rows of one merchant's part: read by the merchant, by the storefront of the order, worked on by the warehouse.
  FOREACH t IN ARRAY ARRAY['fulfillment', 'task', 'shipment', 'reservation'] LOOP
    EXECUTE format('CREATE POLICY merchant ON %I FOR SELECT USING ((SELECT app_role()) = ''merchant'' AND "merchantId" = (SELECT app_subject()))', t);
    EXECUTE format('CREATE POLICY warehouse ON %I USING ((SELECT app_role()) = ''warehouse'' AND "warehouseId" = (SELECT app_subject()))', t);
    EXECUTE format('CREATE POLICY storefront ON %I FOR SELECT USING ((SELECT app_role()) = ''storefront'' AND EXISTS (SELECT 1 FROM "orders" o WHERE o."id" = "orderId"))', t);
  END LOOP;
  -- Stock leaves with the parcel that the warehouse hands over.
  FOREACH t IN ARRAY ARRAY['stock', 'lot', 'stock_movement'] LOOP
    EXECUTE format('CREATE POLICY warehouse ON %I USING ((SELECT app_role()) = ''warehouse'' AND "warehouseId" = (SELECT app_subject()))', t);
  END LOOP;
END $$;

CREATE POLICY storefront ON "merchant" FOR SELECT USING ((SELECT app_role()) = 'storefront');
CREATE POLICY merchant ON "merchant" FOR SELECT USING ((SELECT app_role()) = 'merchant' AND "id" = (SELECT app_subject()));
CREATE POLICY storefront ON "customer" USING ((SELECT app_role()) = 'storefront' AND "storefrontId" = (SELECT app_subject()));
CREATE POLICY storefront ON "orders" USING ((SELECT app_role()) = 'storefront' AND "storefrontId" = (SELECT app_subject()));
CREATE POLICY merchant ON "orders" FOR SELECT USING ((SELECT app_role()) = 'merchant' AND (SELECT app_subject()) = ANY ("merchantIds"));
CREATE POLICY storefront ON "order_line" USING ((SELECT app_role()) = 'storefront' AND EXISTS (SELECT 1 FROM "orders" o WHERE o."id" = "orderId"));
CREATE POLICY merchant ON "order_line" FOR SELECT USING ((SELECT app_role()) = 'merchant' AND "merchantId" = (SELECT app_subject()));
CREATE POLICY storefront ON "payment" USING ((SELECT app_role()) = 'storefront' AND EXISTS (SELECT 1 FROM "orders" o WHERE o."id" = "orderId"));
CREATE POLICY worker_reads ON "allocation" FOR SELECT USING ((SELECT app_role()) IN ('warehouse', 'merchant')
  AND EXISTS (SELECT 1 FROM "reservation" r WHERE r."id" = "reservationId"));
CREATE POLICY merchant ON "ledger_entry" FOR SELECT USING ((SELECT app_role()) = 'merchant' AND "merchantId" = (SELECT app_subject()));

CREATE POLICY everyone ON "timeline_head" USING ((SELECT app_known())) WITH CHECK ((SELECT app_known()));
CREATE POLICY everyone_appends ON "timeline_event" FOR INSERT WITH CHECK ((SELECT app_known()));
CREATE POLICY storefront ON "timeline_event" FOR SELECT USING ((SELECT app_role()) = 'storefront' AND EXISTS (SELECT 1 FROM "orders" o WHERE o."id" = "orderId"));
CREATE POLICY merchant ON "timeline_event" FOR SELECT USING ((SELECT app_role()) = 'merchant' AND ("merchantId" = (SELECT app_subject())
  OR ("merchantId" IS NULL AND "type" LIKE 'order.%' AND EXISTS (SELECT 1 FROM "orders" o WHERE o."id" = "orderId"))));
CREATE POLICY everyone_sends ON "workflow_message" FOR INSERT WITH CHECK ((SELECT app_known()));
CREATE POLICY own ON "idempotency_record" USING ("caller" = (SELECT app_subject())) WITH CHECK ("caller" = (SELECT app_subject()));
