-- The watchdog finds orders whose customer acted and which did not ask the gateway since, without reading webhooks.
ALTER TABLE "payment" ADD COLUMN "customerActedAt" TIMESTAMPTZ(3);
