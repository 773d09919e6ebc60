-- Stock as merchants keep it: thresholds, who moved what, and what was asked for in vain.

-- AlterTable
ALTER TABLE "stock" ADD COLUMN     "reorderPoint" INTEGER,
ADD COLUMN     "reorderTo" INTEGER;

-- AlterTable
ALTER TABLE "stock_movement" ADD COLUMN     "actor" TEXT NOT NULL DEFAULT current_setting('app.actor'::text, true);

-- CreateTable
CREATE TABLE "stock_demand" (
    "source" TEXT NOT NULL,
    "skuId" TEXT NOT NULL,
    "merchantId" TEXT NOT NULL,
    "requested" INTEGER NOT NULL,
    "available" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "stock_demand_pkey" PRIMARY KEY ("source","skuId")
);

-- CreateIndex
CREATE INDEX "stock_demand_skuId_at_idx" ON "stock_demand"("skuId", "at");

ALTER TABLE "stock" ADD CONSTRAINT stock_reorder CHECK (
  ("reorderPoint" IS NULL) = ("reorderTo" IS NULL) AND "reorderPoint" >= 0 AND "reorderTo" > "reorderPoint");
ALTER TABLE "stock_demand" ADD FOREIGN KEY ("skuId") REFERENCES "sku" ("id"),
                           ADD CONSTRAINT demand_short CHECK ("available" >= 0 AND "requested" > "available");

GRANT SELECT, INSERT ON "stock_demand" TO mallflow_app;
ALTER TABLE "stock_demand" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "stock_demand" FORCE ROW LEVEL SECURITY;
CREATE POLICY staff ON "stock_demand" USING ((SELECT app_staff())) WITH CHECK ((SELECT app_staff()));
CREATE POLICY storefront_tells ON "stock_demand" FOR INSERT WITH CHECK ((SELECT app_role()) = 'storefront');
CREATE POLICY merchant ON "stock_demand" FOR SELECT USING ((SELECT app_role()) = 'merchant' AND "merchantId" = (SELECT app_subject()));

-- A merchant keeps the stock of its own SKUs, wherever it lies.
CREATE FUNCTION app_owns_sku(sku text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT EXISTS (SELECT 1 FROM "sku" k WHERE k."id" = sku AND k."merchantId" = app_subject())
$$;
DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['stock', 'lot', 'stock_movement'] LOOP
    EXECUTE format('CREATE POLICY merchant ON %I USING ((SELECT app_role()) = ''merchant'' AND app_owns_sku("skuId"))', t);
  END LOOP;
END $$;
