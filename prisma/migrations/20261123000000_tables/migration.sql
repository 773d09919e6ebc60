-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "order_status" AS ENUM ('draft', 'awaiting_payment', 'in_fulfillment', 'shipped', 'cancelling', 'completed', 'returned', 'cancelled', 'rejected');

-- CreateEnum
CREATE TYPE "stage" AS ENUM ('receive', 'pick', 'ship', 'closed');

-- CreateEnum
CREATE TYPE "fulfillment_status" AS ENUM ('released', 'packed', 'labelled', 'handed_over', 'delivered', 'returning', 'returned', 'cancelled');

-- CreateEnum
CREATE TYPE "shipment_status" AS ENUM ('booked', 'handed_over', 'in_transit', 'out_for_delivery', 'delivered', 'signed', 'refused', 'returned', 'exception', 'voided');

-- CreateEnum
CREATE TYPE "payment_status" AS ENUM ('pending', 'action_required', 'authorized', 'declined', 'settled', 'abandoned');

-- CreateEnum
CREATE TYPE "reservation_status" AS ENUM ('held', 'allocated', 'released', 'shipped', 'restocked');

-- CreateEnum
CREATE TYPE "task_kind" AS ENUM ('pick', 'recheck', 'pack');

-- CreateEnum
CREATE TYPE "task_status" AS ENUM ('open', 'claimed', 'done', 'cancelled');

-- CreateEnum
CREATE TYPE "operation_status" AS ENUM ('started', 'succeeded', 'refused');

-- CreateEnum
CREATE TYPE "urgency" AS ENUM ('standard', 'urgent');

-- CreateEnum
CREATE TYPE "role" AS ENUM ('storefront', 'merchant', 'warehouse', 'support', 'platform', 'system');

-- CreateTable
CREATE TABLE "storefront" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,

    CONSTRAINT "storefront_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "merchant" (
    "id" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "currency" CHAR(3) NOT NULL,
    "commissionBp" INTEGER NOT NULL,
    "shippingBaseAmount" BIGINT NOT NULL,
    "shippingPerKgAmount" BIGINT NOT NULL,

    CONSTRAINT "merchant_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "supplier" (
    "id" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,

    CONSTRAINT "supplier_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "warehouse" (
    "id" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "country" CHAR(2) NOT NULL,
    "city" TEXT NOT NULL,
    "postcode" TEXT NOT NULL,

    CONSTRAINT "warehouse_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "location" (
    "id" TEXT NOT NULL,
    "warehouseId" TEXT NOT NULL,
    "aisle" INTEGER NOT NULL,
    "bay" INTEGER NOT NULL,
    "level" INTEGER NOT NULL,

    CONSTRAINT "location_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "carrier" (
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "countries" TEXT[],
    "maxWeightG" INTEGER NOT NULL,
    "deliveryDays" INTEGER NOT NULL,
    "baseAmount" BIGINT NOT NULL,
    "perKgAmount" BIGINT NOT NULL,

    CONSTRAINT "carrier_pkey" PRIMARY KEY ("code")
);

-- CreateTable
CREATE TABLE "sku" (
    "id" TEXT NOT NULL,
    "merchantId" TEXT NOT NULL,
    "supplierId" TEXT,
    "code" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "category" TEXT NOT NULL,
    "weightG" INTEGER NOT NULL,
    "lengthMm" INTEGER NOT NULL,
    "widthMm" INTEGER NOT NULL,
    "heightMm" INTEGER NOT NULL,
    "fragile" BOOLEAN NOT NULL DEFAULT false,
    "expires" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "sku_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "price" (
    "skuId" TEXT NOT NULL,
    "validFrom" TIMESTAMPTZ(3) NOT NULL,
    "amount" BIGINT NOT NULL,

    CONSTRAINT "price_pkey" PRIMARY KEY ("skuId","validFrom")
);

-- CreateTable
CREATE TABLE "stock" (
    "skuId" TEXT NOT NULL,
    "warehouseId" TEXT NOT NULL,
    "onHand" INTEGER NOT NULL,
    "reserved" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "stock_pkey" PRIMARY KEY ("skuId","warehouseId")
);

-- CreateTable
CREATE TABLE "lot" (
    "id" TEXT NOT NULL,
    "skuId" TEXT NOT NULL,
    "warehouseId" TEXT NOT NULL,
    "locationId" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "expiresOn" DATE,
    "onHand" INTEGER NOT NULL,
    "allocated" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "lot_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "stock_movement" (
    "id" BIGSERIAL NOT NULL,
    "skuId" TEXT NOT NULL,
    "warehouseId" TEXT NOT NULL,
    "lotId" TEXT NOT NULL,
    "quantity" INTEGER NOT NULL,
    "reason" TEXT NOT NULL,
    "reference" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "stock_movement_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "reservation" (
    "id" TEXT NOT NULL,
    "orderId" TEXT NOT NULL,
    "orderLineId" TEXT NOT NULL,
    "fulfillmentId" TEXT,
    "merchantId" TEXT NOT NULL,
    "skuId" TEXT NOT NULL,
    "warehouseId" TEXT NOT NULL,
    "quantity" INTEGER NOT NULL,
    "amount" BIGINT NOT NULL,
    "status" "reservation_status" NOT NULL,
    "expiresAt" TIMESTAMPTZ(3),

    CONSTRAINT "reservation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "allocation" (
    "reservationId" TEXT NOT NULL,
    "lotId" TEXT NOT NULL,
    "quantity" INTEGER NOT NULL,

    CONSTRAINT "allocation_pkey" PRIMARY KEY ("reservationId","lotId")
);

-- CreateTable
CREATE TABLE "customer" (
    "id" TEXT NOT NULL,
    "storefrontId" TEXT NOT NULL,
    "referenceIndex" BYTEA NOT NULL,
    "wrappedKey" BYTEA,
    "keyId" TEXT NOT NULL,
    "erasedAt" TIMESTAMPTZ(3),

    CONSTRAINT "customer_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "orders" (
    "id" TEXT NOT NULL,
    "storefrontId" TEXT NOT NULL,
    "customerId" TEXT NOT NULL,
    "reference" TEXT,
    "status" "order_status" NOT NULL,
    "stage" "stage" NOT NULL,
    "attention" TEXT,
    "urgency" "urgency" NOT NULL,
    "gift" BOOLEAN NOT NULL,
    "requestedDate" DATE,
    "currency" CHAR(3) NOT NULL,
    "goodsAmount" BIGINT NOT NULL,
    "shippingAmount" BIGINT NOT NULL,
    "merchantIds" TEXT[],
    "country" CHAR(2) NOT NULL,
    "personal" BYTEA NOT NULL,
    "payUntil" TIMESTAMPTZ(3),
    "rejection" JSONB,
    "startLeaseUntil" TIMESTAMPTZ(3),
    "placedAt" TIMESTAMPTZ(3) NOT NULL,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,
    "closedAt" TIMESTAMPTZ(3),

    CONSTRAINT "orders_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "order_line" (
    "id" TEXT NOT NULL,
    "orderId" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "merchantId" TEXT NOT NULL,
    "skuId" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "quantity" INTEGER NOT NULL,
    "unitAmount" BIGINT NOT NULL,
    "shippingAmount" BIGINT NOT NULL,

    CONSTRAINT "order_line_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "fulfillment" (
    "id" TEXT NOT NULL,
    "orderId" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "merchantId" TEXT NOT NULL,
    "warehouseId" TEXT NOT NULL,
    "status" "fulfillment_status" NOT NULL,
    "amount" BIGINT NOT NULL,
    "parcel" JSONB,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "fulfillment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "task" (
    "id" TEXT NOT NULL,
    "kind" "task_kind" NOT NULL,
    "status" "task_status" NOT NULL,
    "orderId" TEXT NOT NULL,
    "fulfillmentId" TEXT NOT NULL,
    "merchantId" TEXT NOT NULL,
    "warehouseId" TEXT NOT NULL,
    "urgency" "urgency" NOT NULL,
    "gift" BOOLEAN NOT NULL,
    "claimedBy" TEXT,
    "openedAt" TIMESTAMPTZ(3) NOT NULL,
    "doneAt" TIMESTAMPTZ(3),

    CONSTRAINT "task_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "shipment" (
    "id" TEXT NOT NULL,
    "fulfillmentId" TEXT NOT NULL,
    "orderId" TEXT NOT NULL,
    "merchantId" TEXT NOT NULL,
    "warehouseId" TEXT NOT NULL,
    "carrierCode" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "providerReference" TEXT NOT NULL,
    "trackingNumber" TEXT NOT NULL,
    "status" "shipment_status" NOT NULL,
    "label" BYTEA,
    "estimatedDelivery" DATE,
    "statusAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "shipment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "payment" (
    "id" TEXT NOT NULL,
    "orderId" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "provider" TEXT NOT NULL,
    "method" TEXT NOT NULL,
    "token" BYTEA,
    "status" "payment_status" NOT NULL,
    "amount" BIGINT NOT NULL,
    "currency" CHAR(3) NOT NULL,
    "authorized" BIGINT NOT NULL DEFAULT 0,
    "captured" BIGINT NOT NULL DEFAULT 0,
    "voided" BIGINT NOT NULL DEFAULT 0,
    "refunded" BIGINT NOT NULL DEFAULT 0,
    "providerReference" TEXT,
    "declineCode" TEXT,
    "nextAction" JSONB,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "payment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "operation" (
    "key" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "orderId" TEXT NOT NULL,
    "status" "operation_status" NOT NULL,
    "request" JSONB NOT NULL,
    "result" JSONB,
    "startedAt" TIMESTAMPTZ(3) NOT NULL,
    "finishedAt" TIMESTAMPTZ(3),

    CONSTRAINT "operation_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "ledger_transaction" (
    "id" TEXT NOT NULL,
    "orderId" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "operationKey" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ledger_transaction_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ledger_entry" (
    "transactionId" TEXT NOT NULL,
    "line" INTEGER NOT NULL,
    "account" TEXT NOT NULL,
    "merchantId" TEXT,
    "amount" BIGINT NOT NULL,
    "currency" CHAR(3) NOT NULL,

    CONSTRAINT "ledger_entry_pkey" PRIMARY KEY ("transactionId","line")
);

-- CreateTable
CREATE TABLE "timeline_head" (
    "orderId" TEXT NOT NULL,
    "seq" INTEGER NOT NULL,
    "hash" TEXT NOT NULL,

    CONSTRAINT "timeline_head_pkey" PRIMARY KEY ("orderId")
);

-- CreateTable
CREATE TABLE "timeline_event" (
    "orderId" TEXT NOT NULL,
    "seq" INTEGER NOT NULL,
    "type" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor" TEXT NOT NULL,
    "merchantId" TEXT,
    "data" JSONB NOT NULL,
    "hash" TEXT NOT NULL,

    CONSTRAINT "timeline_event_pkey" PRIMARY KEY ("orderId","seq")
);

-- CreateTable
CREATE TABLE "workflow_message" (
    "id" BIGSERIAL NOT NULL,
    "workflowId" TEXT NOT NULL,
    "signal" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "workflow_message_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "webhook_event" (
    "provider" TEXT NOT NULL,
    "eventId" TEXT NOT NULL,
    "parkedFor" TEXT,
    "payload" JSONB NOT NULL,
    "receivedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "webhook_event_pkey" PRIMARY KEY ("provider","eventId")
);

-- CreateTable
CREATE TABLE "api_key" (
    "id" TEXT NOT NULL,
    "hash" BYTEA NOT NULL,
    "role" "role" NOT NULL,
    "subjectId" TEXT,
    "label" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "revokedAt" TIMESTAMPTZ(3),

    CONSTRAINT "api_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "idempotency_record" (
    "caller" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "requestHash" BYTEA NOT NULL,
    "resourceId" TEXT,
    "leaseUntil" TIMESTAMPTZ(3) NOT NULL,
    "status" INTEGER,
    "body" JSONB,
    "location" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "idempotency_record_pkey" PRIMARY KEY ("caller","key")
);

-- CreateIndex
CREATE UNIQUE INDEX "merchant_code_key" ON "merchant"("code");

-- CreateIndex
CREATE UNIQUE INDEX "supplier_code_key" ON "supplier"("code");

-- CreateIndex
CREATE UNIQUE INDEX "warehouse_code_key" ON "warehouse"("code");

-- CreateIndex
CREATE UNIQUE INDEX "location_warehouseId_aisle_bay_level_key" ON "location"("warehouseId", "aisle", "bay", "level");

-- CreateIndex
CREATE UNIQUE INDEX "sku_merchantId_code_key" ON "sku"("merchantId", "code");

-- CreateIndex
CREATE UNIQUE INDEX "lot_skuId_warehouseId_locationId_code_key" ON "lot"("skuId", "warehouseId", "locationId", "code");

-- CreateIndex
CREATE INDEX "stock_movement_skuId_warehouseId_idx" ON "stock_movement"("skuId", "warehouseId");

-- CreateIndex
CREATE INDEX "reservation_orderId_idx" ON "reservation"("orderId");

-- CreateIndex
CREATE INDEX "reservation_skuId_warehouseId_status_idx" ON "reservation"("skuId", "warehouseId", "status");

-- CreateIndex
CREATE INDEX "allocation_lotId_idx" ON "allocation"("lotId");

-- CreateIndex
CREATE UNIQUE INDEX "customer_storefrontId_referenceIndex_key" ON "customer"("storefrontId", "referenceIndex");

-- CreateIndex
CREATE INDEX "orders_storefrontId_id_idx" ON "orders"("storefrontId", "id");

-- CreateIndex
CREATE INDEX "orders_status_id_idx" ON "orders"("status", "id");

-- CreateIndex
CREATE INDEX "orders_storefrontId_reference_idx" ON "orders"("storefrontId", "reference");

-- CreateIndex
CREATE UNIQUE INDEX "order_line_orderId_number_key" ON "order_line"("orderId", "number");

-- CreateIndex
CREATE UNIQUE INDEX "fulfillment_orderId_number_key" ON "fulfillment"("orderId", "number");

-- CreateIndex
CREATE INDEX "task_status_warehouseId_kind_idx" ON "task"("status", "warehouseId", "kind");

-- CreateIndex
CREATE INDEX "task_orderId_idx" ON "task"("orderId");

-- CreateIndex
CREATE UNIQUE INDEX "task_fulfillmentId_kind_key" ON "task"("fulfillmentId", "kind");

-- CreateIndex
CREATE UNIQUE INDEX "shipment_fulfillmentId_key" ON "shipment"("fulfillmentId");

-- CreateIndex
CREATE INDEX "shipment_orderId_idx" ON "shipment"("orderId");

-- CreateIndex
CREATE UNIQUE INDEX "shipment_provider_trackingNumber_key" ON "shipment"("provider", "trackingNumber");

-- CreateIndex
CREATE UNIQUE INDEX "payment_orderId_number_key" ON "payment"("orderId", "number");

-- CreateIndex
CREATE INDEX "operation_orderId_idx" ON "operation"("orderId");

-- CreateIndex
CREATE UNIQUE INDEX "ledger_transaction_operationKey_key" ON "ledger_transaction"("operationKey");

-- CreateIndex
CREATE INDEX "ledger_transaction_orderId_idx" ON "ledger_transaction"("orderId");

-- CreateIndex
CREATE INDEX "webhook_event_provider_parkedFor_idx" ON "webhook_event"("provider", "parkedFor");

-- CreateIndex
CREATE INDEX "webhook_event_receivedAt_idx" ON "webhook_event"("receivedAt");

-- CreateIndex
CREATE UNIQUE INDEX "api_key_hash_key" ON "api_key"("hash");

-- CreateIndex
CREATE INDEX "idempotency_record_createdAt_idx" ON "idempotency_record"("createdAt");
