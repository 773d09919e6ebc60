-- Units that are sold before they are there: what is owed to whom, and in which order it is given out.

-- CreateEnum
CREATE TYPE "backorder_status" AS ENUM ('waiting', 'filled', 'cancelled');

-- CreateEnum
CREATE TYPE "backorder_basis" AS ENUM ('lead_days', 'supplier');

-- AlterTable
ALTER TABLE "sku" ADD COLUMN     "backorderLeadDays" INTEGER,
ADD COLUMN     "backorderMax" INTEGER,
ADD COLUMN     "owed" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "orders" ADD COLUMN     "agreedOn" DATE;

-- CreateTable
CREATE TABLE "backorder" (
    "id" TEXT NOT NULL,
    "orderId" TEXT NOT NULL,
    "orderLineId" TEXT NOT NULL,
    "merchantId" TEXT NOT NULL,
    "skuId" TEXT NOT NULL,
    "status" "backorder_status" NOT NULL,
    "quantity" INTEGER NOT NULL,
    "filled" INTEGER NOT NULL DEFAULT 0,
    "amount" BIGINT NOT NULL,
    "shippingAmount" BIGINT NOT NULL DEFAULT 0,
    "platformAmount" BIGINT NOT NULL DEFAULT 0,
    "expectedOn" DATE NOT NULL,
    "basis" "backorder_basis" NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "backorder_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "backorder_setting" (
    "id" BIGSERIAL NOT NULL,
    "skuId" TEXT NOT NULL,
    "leadDays" INTEGER,
    "maxUnits" INTEGER,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor" TEXT NOT NULL DEFAULT current_setting('app.actor'::text, true),

    CONSTRAINT "backorder_setting_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "backorder_orderId_idx" ON "backorder"("orderId");

-- CreateIndex
CREATE INDEX "backorder_setting_skuId_idx" ON "backorder_setting"("skuId");

-- ---- What must hold ----
ALTER TABLE "sku" ADD CONSTRAINT sku_backorder CHECK (
  "backorderLeadDays" >= 0 AND "backorderMax" > 0 AND ("backorderMax" IS NULL OR "backorderLeadDays" IS NOT NULL) AND "owed" >= 0);
ALTER TABLE "backorder" ADD FOREIGN KEY ("orderId") REFERENCES "orders" ("id"),
  ADD FOREIGN KEY ("orderLineId") REFERENCES "order_line" ("id"),
  ADD FOREIGN KEY ("skuId") REFERENCES "sku" ("id"),
  ADD CONSTRAINT backorder_units CHECK ("quantity" > 0 AND "filled" BETWEEN 0 AND "quantity" AND ("status" = 'filled') = ("filled" = "quantity")),
  ADD CONSTRAINT backorder_amounts CHECK ("shippingAmount" BETWEEN 0 AND "amount" AND "platformAmount" >= 0);
ALTER TABLE "backorder_setting" ADD FOREIGN KEY ("skuId") REFERENCES "sku" ("id");
-- The queue of a SKU: what waits is a small part of what ever waited.
CREATE INDEX backorder_queue ON "backorder" ("skuId") WHERE "status" = 'waiting';

-- ---- Who sees what ----
GRANT SELECT, INSERT, UPDATE ON "backorder" TO mallflow_app;
GRANT SELECT, INSERT ON "backorder_setting" TO mallflow_app;
GRANT USAGE ON SEQUENCE "backorder_setting_id_seq" TO mallflow_app;
DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['backorder', 'backorder_setting'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY staff ON %I USING ((SELECT app_staff())) WITH CHECK ((SELECT app_staff()))', t);
  END LOOP;
END $$;
CREATE POLICY merchant ON "backorder" FOR SELECT USING ((SELECT app_role()) = 'merchant' AND "merchantId" = (SELECT app_subject()));
CREATE POLICY storefront ON "backorder" FOR SELECT USING ((SELECT app_role()) = 'storefront' AND EXISTS (SELECT 1 FROM "orders" o WHERE o."id" = "orderId"));
CREATE POLICY merchant ON "backorder_setting" USING ((SELECT app_role()) = 'merchant' AND app_owns_sku("skuId"));
-- A merchant says itself what of its own it sells before it is there.
CREATE POLICY merchant ON "sku" FOR UPDATE USING ((SELECT app_role()) = 'merchant' AND "merchantId" = (SELECT app_subject()));
