-- CreateEnum
CREATE TYPE "promotion_status" AS ENUM ('draft', 'live', 'paused');

-- CreateEnum
CREATE TYPE "promotion_use_status" AS ENUM ('held', 'given_back');

-- AlterTable
ALTER TABLE "sku" ADD COLUMN     "brand" TEXT,
ADD COLUMN     "taxCategory" TEXT NOT NULL DEFAULT 'standard';

-- AlterTable
ALTER TABLE "reservation" ADD COLUMN     "platformAmount" BIGINT NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "orders" ADD COLUMN     "discountAmount" BIGINT NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "order_line" ADD COLUMN     "discountAmount" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN     "platformAmount" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN     "shippingDiscountAmount" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN     "taxAmount" BIGINT,
ADD COLUMN     "taxRate" INTEGER;

-- AlterTable
ALTER TABLE "fulfillment" ADD COLUMN     "platformAmount" BIGINT NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "promotion" (
    "id" TEXT NOT NULL,
    "merchantId" TEXT,
    "status" "promotion_status" NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 0,
    "draft" JSONB,
    "code" TEXT,
    "validUntil" TEXT,
    "totalLimit" INTEGER,
    "perCustomerLimit" INTEGER,
    "budget" BIGINT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "promotion_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "promotion_version" (
    "promotionId" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "definition" JSONB NOT NULL,
    "publishedAt" TIMESTAMPTZ(3) NOT NULL,
    "publishedBy" TEXT NOT NULL,

    CONSTRAINT "promotion_version_pkey" PRIMARY KEY ("promotionId","version")
);

-- CreateTable
CREATE TABLE "promotion_counter" (
    "promotionId" TEXT NOT NULL,
    "used" INTEGER NOT NULL DEFAULT 0,
    "spent" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "promotion_counter_pkey" PRIMARY KEY ("promotionId")
);

-- CreateTable
CREATE TABLE "promotion_customer" (
    "promotionId" TEXT NOT NULL,
    "customerId" TEXT NOT NULL,
    "used" INTEGER NOT NULL,

    CONSTRAINT "promotion_customer_pkey" PRIMARY KEY ("promotionId","customerId")
);

-- CreateTable
CREATE TABLE "promotion_use" (
    "orderId" TEXT NOT NULL,
    "promotionId" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "customerId" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,
    "status" "promotion_use_status" NOT NULL,

    CONSTRAINT "promotion_use_pkey" PRIMARY KEY ("orderId","promotionId")
);

-- CreateTable
CREATE TABLE "order_discount" (
    "orderLineId" TEXT NOT NULL,
    "promotionId" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "orderId" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "merchantId" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,
    "platformAmount" BIGINT NOT NULL,

    CONSTRAINT "order_discount_pkey" PRIMARY KEY ("orderLineId","promotionId","target")
);

-- CreateTable
CREATE TABLE "order_price" (
    "orderId" TEXT NOT NULL,
    "breakdown" JSONB NOT NULL,
    "basis" JSONB NOT NULL,
    "pricedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "order_price_pkey" PRIMARY KEY ("orderId")
);

-- CreateIndex
CREATE UNIQUE INDEX "promotion_code_key" ON "promotion"("code");

-- CreateIndex
CREATE INDEX "promotion_status_merchantId_idx" ON "promotion"("status", "merchantId");

-- CreateIndex
CREATE INDEX "promotion_customer_customerId_idx" ON "promotion_customer"("customerId");

-- CreateIndex
CREATE INDEX "promotion_use_promotionId_status_idx" ON "promotion_use"("promotionId", "status");

-- CreateIndex
CREATE INDEX "order_discount_orderId_idx" ON "order_discount"("orderId");

-- ---- What must hold ----
ALTER TABLE "promotion_counter" ADD CONSTRAINT promotion_counter_counts CHECK ("used" >= 0 AND "spent" >= 0);
ALTER TABLE "promotion_customer" ADD CONSTRAINT promotion_customer_counts CHECK ("used" >= 0);
ALTER TABLE "order_discount" ADD CONSTRAINT order_discount_amounts CHECK ("amount" > 0 AND "platformAmount" BETWEEN 0 AND "amount" AND "target" IN ('goods', 'shipping'));
ALTER TABLE "order_line" ADD CONSTRAINT order_line_amounts CHECK (
  "discountAmount" BETWEEN 0 AND "unitAmount" * "quantity" AND "shippingAmount" >= 0 AND "shippingDiscountAmount" >= 0
  AND "platformAmount" BETWEEN 0 AND "discountAmount" + "shippingDiscountAmount");
ALTER TABLE "promotion" ADD CONSTRAINT promotion_has_what_it_is CHECK ("draft" IS NOT NULL OR "version" > 0),
                        ADD CONSTRAINT promotion_is_live_by_a_version CHECK ("status" = 'draft' OR "version" > 0),
                        ADD FOREIGN KEY ("merchantId") REFERENCES "merchant" ("id");
ALTER TABLE "promotion_version" ADD FOREIGN KEY ("promotionId") REFERENCES "promotion" ("id");
ALTER TABLE "promotion_counter" ADD FOREIGN KEY ("promotionId") REFERENCES "promotion" ("id");
ALTER TABLE "promotion_use" ADD FOREIGN KEY ("promotionId", "version") REFERENCES "promotion_version" ("promotionId", "version"),
                            ADD FOREIGN KEY ("orderId") REFERENCES "orders" ("id");
ALTER TABLE "order_discount" ADD FOREIGN KEY ("orderLineId") REFERENCES "order_line" ("id"),
                             ADD FOREIGN KEY ("promotionId", "version") REFERENCES "promotion_version" ("promotionId", "version");
ALTER TABLE "order_price" ADD FOREIGN KEY ("orderId") REFERENCES "orders" ("id");

-- ---- Who sees what ----
GRANT SELECT, INSERT, UPDATE ON "promotion", "promotion_version", "promotion_counter", "promotion_customer", "promotion_use", "order_discount", "order_price" TO mallflow_app;
-- A version is for ever, and so is the price that an order was given.
REVOKE UPDATE ON "promotion_version", "order_discount", "order_price" FROM mallflow_app;

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['promotion', 'promotion_version', 'promotion_counter', 'promotion_customer', 'promotion_use', 'order_discount', 'order_price'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY staff ON %I USING ((SELECT app_staff())) WITH CHECK ((SELECT app_staff()))', t);
  END LOOP;
  -- A storefront prices with every rule, but changes none.
  FOREACH t IN ARRAY ARRAY['promotion', 'promotion_version'] LOOP
    EXECUTE format('CREATE POLICY storefront ON %I FOR SELECT USING ((SELECT app_role()) = ''storefront'')', t);
  END LOOP;
  -- It counts the uses of its own customers' orders.
  FOREACH t IN ARRAY ARRAY['promotion_counter', 'promotion_customer'] LOOP
    EXECUTE format('CREATE POLICY storefront ON %I USING ((SELECT app_role()) = ''storefront'')', t);
  END LOOP;
  FOREACH t IN ARRAY ARRAY['promotion_use', 'order_discount', 'order_price'] LOOP
    EXECUTE format('CREATE POLICY storefront ON %I USING ((SELECT app_role()) = ''storefront'' AND EXISTS (SELECT 1 FROM "orders" o WHERE o."id" = "orderId"))', t);
  END LOOP;
END $$;
CREATE POLICY merchant ON "promotion" USING ((SELECT app_role()) = 'merchant' AND "merchantId" = (SELECT app_subject()));
CREATE POLICY merchant ON "promotion_version" USING ((SELECT app_role()) = 'merchant' AND EXISTS (SELECT 1 FROM "promotion" p WHERE p."id" = "promotionId"));
CREATE POLICY merchant ON "promotion_counter" USING ((SELECT app_role()) = 'merchant' AND EXISTS (SELECT 1 FROM "promotion" p WHERE p."id" = "promotionId"));
CREATE POLICY merchant ON "order_discount" FOR SELECT USING ((SELECT app_role()) = 'merchant' AND "merchantId" = (SELECT app_subject()));
