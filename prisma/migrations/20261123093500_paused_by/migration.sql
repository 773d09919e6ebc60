-- Who has paused a promotion: what the mall has paused, its merchant does not let go on.
-- AlterTable
ALTER TABLE "promotion" ADD COLUMN     "pausedBy" "role";

-- Who paused what is paused so far was not kept: where the mall pays, it is taken for the mall. Row-level security holds for the owner, too.
SELECT set_config('app.role', 'system', true);
UPDATE "promotion" p SET "pausedBy" = CASE
  WHEN p."merchantId" IS NULL OR EXISTS (
    SELECT 1 FROM "promotion_version" v WHERE v."promotionId" = p."id" AND v."version" = p."version" AND (v."definition"->>'platformShare')::int > 0
  ) THEN 'platform'::"role" ELSE 'merchant'::"role" END WHERE p."status" = 'paused';
ALTER TABLE "promotion" ADD CONSTRAINT promotion_paused_by CHECK ("pausedBy" IN ('merchant', 'platform'));
