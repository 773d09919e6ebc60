-- When a supplier said what it said: what comes late must not take the place of what was said after it.

-- AlterTable
ALTER TABLE "supplier_answer" ADD COLUMN     "saidAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;

SELECT set_config('app.role', 'system', true);
-- Until now the order was that in which they came.
UPDATE "supplier_answer" SET "saidAt" = "at";
