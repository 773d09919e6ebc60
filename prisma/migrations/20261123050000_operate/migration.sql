-- AlterEnum
ALTER TYPE "task_kind" ADD VALUE 'attend';

-- AlterTable
ALTER TABLE "orders" ADD COLUMN     "attentionDetail" JSONB,
ADD COLUMN     "attentionFound" TEXT,
ADD COLUMN     "attentionOwn" TEXT,
ADD COLUMN     "attentionSince" TIMESTAMPTZ(3),
ADD COLUMN     "stageSince" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;

-- AlterTable
ALTER TABLE "fulfillment" ADD COLUMN     "chosenCarrier" TEXT,
ADD COLUMN     "firstBooking" INTEGER NOT NULL DEFAULT 1;

-- AlterTable
ALTER TABLE "task" ADD COLUMN     "assignee" TEXT,
ADD COLUMN     "note" TEXT,
ADD COLUMN     "outcome" TEXT,
ADD COLUMN     "reason" TEXT,
ADD COLUMN     "subject" TEXT,
ALTER COLUMN "orderId" DROP NOT NULL,
ALTER COLUMN "fulfillmentId" DROP NOT NULL,
ALTER COLUMN "merchantId" DROP NOT NULL,
ALTER COLUMN "warehouseId" DROP NOT NULL;

