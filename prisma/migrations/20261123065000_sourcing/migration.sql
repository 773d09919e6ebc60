-- What sourcing goes by: units that are kept back, and how long goods must still keep.

-- AlterTable
ALTER TABLE "sku" ADD COLUMN     "minShelfLifeDays" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "stock" ADD COLUMN     "safetyStock" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "reservation" ADD COLUMN     "keepsUntil" DATE;

ALTER TABLE "sku" ADD CONSTRAINT sku_min_shelf_life CHECK ("minShelfLifeDays" >= 0);
ALTER TABLE "stock" ADD CONSTRAINT stock_safety CHECK ("safetyStock" >= 0);
