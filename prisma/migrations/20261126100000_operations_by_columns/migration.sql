-- What an operation is of, its kind and its number become columns. Until now they stood in its key only, which every
-- reader had to take apart. Processes of release 0.5 would misread the new keys, and believe an effect was never tried:
-- the column has another name now, so that their steps on it fail, change nothing, and are tried again by the new ones.
CREATE TYPE "operation_subject" AS ENUM ('order', 'payment', 'fulfillment', 'shipment', 'replenishment');

ALTER TABLE "operation" RENAME COLUMN "key" TO "providerKey";
ALTER TABLE "operation" ADD COLUMN "subjectType" "operation_subject",
  ADD COLUMN "subjectId" TEXT,
  ADD COLUMN "number" INTEGER,
  ALTER COLUMN "orderId" DROP NOT NULL;

-- The second part of a key is the kind. An attempt after the first is a fourth part.
UPDATE "operation" o SET "subjectType" = 'payment', "subjectId" = p."id", "kind" = split_part(o."providerKey", ':', 2),
  "number" = CASE split_part(o."providerKey", ':', 2)
    WHEN 'void' THEN coalesce(nullif(split_part(o."providerKey", ':', 4), '')::int, 1) ELSE 1 END
FROM "payment" p
WHERE split_part(o."providerKey", ':', 2) IN ('authorize', 'void')
  AND p."orderId" = split_part(o."providerKey", ':', 1) AND p."number" = split_part(o."providerKey", ':', 3)::int;

UPDATE "operation" o SET "subjectType" = 'fulfillment', "subjectId" = f."id",
  "kind" = split_part(o."providerKey", ':', 2),
  "number" = coalesce(nullif(split_part(o."providerKey", ':', 4), '')::int, 1)
FROM "fulfillment" f
WHERE split_part(o."providerKey", ':', 2) IN ('capture', 'refund')
  AND f."orderId" = split_part(o."providerKey", ':', 1) AND f."number" = split_part(o."providerKey", ':', 3)::int;

UPDATE "operation" o SET "subjectType" = 'shipment', "subjectId" = s."id", "kind" = 'void_label', "number" = 1
FROM "shipment" s
WHERE split_part(o."providerKey", ':', 2) = 'void_label' AND s."fulfillmentId" = split_part(o."providerKey", ':', 1);

UPDATE "operation" SET "subjectId" = split_part("providerKey", ':', 1), "kind" = split_part("providerKey", ':', 2),
  "number" = split_part("providerKey", ':', 3)::int,
  "subjectType" = (CASE
    WHEN split_part("providerKey", ':', 2) IN ('book', 'void_booking') THEN 'fulfillment'
    WHEN split_part("providerKey", ':', 2) IN ('notify_email', 'notify_sms') THEN 'order'
    ELSE 'replenishment' END)::"operation_subject",
  "orderId" = CASE
    WHEN split_part("providerKey", ':', 2) IN ('purchase', 'purchase_email', 'remind_email') THEN NULL
    ELSE "orderId" END
WHERE split_part("providerKey", ':', 2)
  IN ('book', 'void_booking', 'notify_email', 'notify_sms', 'purchase', 'purchase_email', 'remind_email');

ALTER TABLE "operation" ALTER COLUMN "subjectType" SET NOT NULL,
  ALTER COLUMN "subjectId" SET NOT NULL,
  ALTER COLUMN "number" SET NOT NULL,
  ADD CONSTRAINT "operation_number" CHECK ("number" > 0);

CREATE UNIQUE INDEX "operation_subjectType_subjectId_kind_number_key"
  ON "operation"("subjectType", "subjectId", "kind", "number");
