-- AlterTable
ALTER TABLE "stock_movement" ADD COLUMN     "replenishmentId" TEXT;

CREATE INDEX movement_replenishment ON "stock_movement" ("replenishmentId") WHERE "replenishmentId" IS NOT NULL;
