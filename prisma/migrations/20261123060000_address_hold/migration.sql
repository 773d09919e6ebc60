-- AlterEnum
ALTER TYPE "order_status" ADD VALUE 'awaiting_address';

-- AlterTable
ALTER TABLE "orders" ADD COLUMN     "addressFindings" JSONB;

