-- Suppliers that are written to, and who recorded what they answered.

-- AlterTable
ALTER TABLE "supplier" ADD COLUMN     "email" TEXT,
ADD COLUMN     "online" BOOLEAN NOT NULL DEFAULT true;

-- AlterTable
ALTER TABLE "replenishment" ADD COLUMN     "sentBy" TEXT;

-- CreateTable
CREATE TABLE "supplier_answer" (
    "id" BIGSERIAL NOT NULL,
    "replenishmentId" TEXT NOT NULL,
    "quantity" INTEGER NOT NULL,
    "expectedOn" DATE NOT NULL,
    "reference" TEXT,
    "provider" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor" TEXT NOT NULL DEFAULT current_setting('app.actor'::text, true),

    CONSTRAINT "supplier_answer_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "supplier_answer_replenishmentId_idx" ON "supplier_answer"("replenishmentId");

SELECT set_config('app.role', 'system', true);
-- Until now every answer came by webhook, and the replenishment holds the last one.
INSERT INTO "supplier_answer" ("replenishmentId", "quantity", "expectedOn", "reference", "provider", "at", "actor")
  SELECT r."id", r."confirmed", r."expectedOn", r."providerReference", o."provider", coalesce(r."plannedAt", r."openedAt"), 'system'
  FROM "replenishment" r JOIN "operation" o ON o."key" = r."id" || ':purchase:1' WHERE r."confirmed" IS NOT NULL AND r."expectedOn" IS NOT NULL;

UPDATE "replenishment" SET "sentBy" = 'online' WHERE "providerReference" IS NOT NULL;
ALTER TABLE "replenishment" ADD CONSTRAINT replenishment_sent_by CHECK ("sentBy" IN ('online', 'email'));
ALTER TABLE "supplier_answer" ADD FOREIGN KEY ("replenishmentId") REFERENCES "replenishment" ("id"),
  ADD CONSTRAINT supplier_answer_units CHECK ("quantity" >= 0);

GRANT SELECT, INSERT ON "supplier_answer" TO mallflow_app;
GRANT USAGE ON SEQUENCE "supplier_answer_id_seq" TO mallflow_app;
ALTER TABLE "supplier_answer" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "supplier_answer" FORCE ROW LEVEL SECURITY;
CREATE POLICY staff ON "supplier_answer" USING ((SELECT app_staff())) WITH CHECK ((SELECT app_staff()));
-- Whoever sees a replenishment sees what was answered; its merchant may record it.
CREATE POLICY seen ON "supplier_answer" FOR SELECT USING (EXISTS (SELECT 1 FROM "replenishment" r WHERE r."id" = "replenishmentId"));
CREATE POLICY merchant_records ON "supplier_answer" FOR INSERT WITH CHECK ((SELECT app_role()) = 'merchant'
  AND EXISTS (SELECT 1 FROM "replenishment" r WHERE r."id" = "replenishmentId"));
