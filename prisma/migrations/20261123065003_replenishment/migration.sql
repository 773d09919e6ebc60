-- Goods that a shelf needs of its supplier: one replenishment per need, whatever crosses the threshold at once.

-- CreateEnum
CREATE TYPE "replenishment_status" AS ENUM ('open', 'requested', 'confirmed', 'received', 'closed');

-- AlterTable
ALTER TABLE "workflow_message" ADD COLUMN     "workflowType" TEXT;

-- CreateTable
CREATE TABLE "replenishment" (
    "id" TEXT NOT NULL,
    "skuId" TEXT NOT NULL,
    "warehouseId" TEXT NOT NULL,
    "merchantId" TEXT NOT NULL,
    "supplierId" TEXT,
    "status" "replenishment_status" NOT NULL,
    "asked" INTEGER,
    "confirmed" INTEGER,
    "received" INTEGER NOT NULL DEFAULT 0,
    "expectedOn" DATE,
    "provider" TEXT,
    "providerReference" TEXT,
    "closedFor" TEXT,
    "openedAt" TIMESTAMPTZ(3) NOT NULL,
    "plannedAt" TIMESTAMPTZ(3),
    "closedAt" TIMESTAMPTZ(3),

    CONSTRAINT "replenishment_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "replenishment_skuId_warehouseId_idx" ON "replenishment"("skuId", "warehouseId");

CREATE UNIQUE INDEX replenishment_once ON "replenishment" ("skuId", "warehouseId") WHERE "closedAt" IS NULL;
ALTER TABLE "replenishment" ADD FOREIGN KEY ("skuId", "warehouseId") REFERENCES "stock" ("skuId", "warehouseId"),
  ADD FOREIGN KEY ("supplierId") REFERENCES "supplier" ("id"),
  ADD CONSTRAINT replenishment_closed CHECK (("closedAt" IS NULL) = ("status" NOT IN ('received', 'closed'))),
  ADD CONSTRAINT replenishment_units CHECK ("asked" > 0 AND "confirmed" >= 0 AND "received" >= 0);
-- One task at a time about one thing, for one reason.
CREATE UNIQUE INDEX task_chase_once ON "task" ("subject", "reason") WHERE "kind" = 'chase_supplier' AND "status" IN ('open', 'claimed');

GRANT SELECT, INSERT, UPDATE ON "replenishment" TO mallflow_app;
ALTER TABLE "replenishment" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "replenishment" FORCE ROW LEVEL SECURITY;
CREATE POLICY staff ON "replenishment" USING ((SELECT app_staff())) WITH CHECK ((SELECT app_staff()));
CREATE POLICY merchant ON "replenishment" USING ((SELECT app_role()) = 'merchant' AND "merchantId" = (SELECT app_subject()));
CREATE POLICY warehouse ON "replenishment" USING ((SELECT app_role()) = 'warehouse' AND "warehouseId" = (SELECT app_subject()));
-- A storefront's refusal, and goods that a merchant or warehouse books in, open and end such tasks.
CREATE POLICY chase_opens ON "task" FOR INSERT WITH CHECK ((SELECT app_known()) AND "kind" = 'chase_supplier' AND "orderId" IS NULL AND "status" = 'open');
CREATE POLICY chase_ends ON "task" FOR UPDATE USING ((SELECT app_role()) IN ('merchant', 'warehouse') AND "kind" = 'chase_supplier'
  AND EXISTS (SELECT 1 FROM "replenishment" r WHERE r."id" = "subject"));
CREATE POLICY chase_seen ON "task" FOR SELECT USING ((SELECT app_role()) = 'warehouse' AND "kind" = 'chase_supplier'
  AND EXISTS (SELECT 1 FROM "replenishment" r WHERE r."id" = "subject"));
