-- AlterEnum
ALTER TYPE "order_status" ADD VALUE 'awaiting_stock';
