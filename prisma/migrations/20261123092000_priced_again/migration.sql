-- An order whose address is mended for another country is priced again; what was explained before stays beside it.
ALTER TABLE "order_price" ADD COLUMN "number" INTEGER NOT NULL DEFAULT 1;
ALTER TABLE "order_price" DROP CONSTRAINT "order_price_pkey", ADD CONSTRAINT "order_price_pkey" PRIMARY KEY ("orderId", "number");
ALTER TABLE "order_price" ADD CONSTRAINT order_price_number CHECK ("number" >= 1);
