-- Lists of what is open stay as fast however much has ended. Under row-level security an index on the status is of no use:
-- comparing enums may tell a secret by an error, as far as PostgreSQL knows, so such a condition is tested last, row by row.
-- Whether a time is set is asked first, and these indexes hold only the rows where it is not.
SELECT set_config('app.role', 'system', true);
UPDATE "task" SET "doneAt" = "openedAt" WHERE "status" = 'cancelled' AND "doneAt" IS NULL;
ALTER TABLE "task" ADD CONSTRAINT task_done_at CHECK (("status" IN ('open', 'claimed')) = ("doneAt" IS NULL));
DROP INDEX task_queue;
CREATE INDEX task_queue ON "task" ("warehouseId", "urgency" DESC, "id") WHERE "doneAt" IS NULL;
CREATE INDEX orders_open ON "orders" ("storefrontId", "id") WHERE "closedAt" IS NULL;
