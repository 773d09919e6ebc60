-- A message of the outbox is held by its sender until `dueAt`, and sent outside of any transaction.
ALTER TABLE "workflow_message" ADD COLUMN "attempts" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "dueAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  ADD COLUMN "lastError" TEXT;

CREATE INDEX "workflow_message_workflowId_id_idx" ON "workflow_message"("workflowId", "id");
