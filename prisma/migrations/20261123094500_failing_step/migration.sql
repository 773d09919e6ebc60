-- Steps that fail in the worker, again and again, where Temporal does not show it.

-- CreateTable
CREATE TABLE "failing_step" (
    "orderId" TEXT NOT NULL,
    "step" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL,
    "failure" TEXT NOT NULL,
    "failedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "failing_step_pkey" PRIMARY KEY ("orderId")
);

ALTER TABLE "failing_step" ADD FOREIGN KEY ("orderId") REFERENCES "orders" ("id");

GRANT SELECT, INSERT, UPDATE, DELETE ON "failing_step" TO mallflow_app;
ALTER TABLE "failing_step" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "failing_step" FORCE ROW LEVEL SECURITY;
CREATE POLICY staff ON "failing_step" USING ((SELECT app_staff())) WITH CHECK ((SELECT app_staff()));
