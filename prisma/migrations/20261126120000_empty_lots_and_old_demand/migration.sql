-- Sourcing and allocation leave empty lots out: a SKU collects one for every delivery of its life.
CREATE INDEX lot_with_units ON "lot" ("skuId", "warehouseId") WHERE "onHand" > 0;

-- Demand that counts no more is deleted.
CREATE INDEX "stock_demand_at_idx" ON "stock_demand" ("at");
GRANT DELETE ON "stock_demand" TO mallflow_app;
