-- What an operation is of, its kind and its number become columns. Until now they stood in its key only, which every
-- reader had to take apart.
CREATE TYPE "operation_subject" AS ENUM ('order', 'payment', 'fulfillment', 'shipment', 'replenishment');

ALTER TABLE "operation" ADD COLUMN "subjectType" "operation_subject",
  ADD COLUMN "subjectId" TEXT,
  ADD COLUMN "number" INTEGER,
  ALTER COLUMN "orderId" DROP NOT NULL;

-- Reads the name of an operation from a key of release 0.5 or earlier, whose workers write such keys while they still
-- run beside this schema. Nothing else takes a key apart.
CREATE FUNCTION "operation_name_of"(operation_key TEXT)
RETURNS TABLE ("subjectType" "operation_subject", "subjectId" TEXT, "kind" TEXT, "number" INTEGER)
LANGUAGE sql STABLE SET search_path = public AS $$
  SELECT 'payment'::"operation_subject", p."id", k.kind, CASE k.kind WHEN 'void' THEN k.attempt ELSE 1 END
  FROM (SELECT split_part(operation_key, ':', 1) AS owner, split_part(operation_key, ':', 2) AS kind,
      nullif(split_part(operation_key, ':', 3), '')::int AS n,
      coalesce(nullif(split_part(operation_key, ':', 4), '')::int, 1) AS attempt) k
  JOIN "payment" p ON p."orderId" = k.owner AND p."number" = k.n
  WHERE k.kind IN ('authorize', 'void')
  UNION ALL
  SELECT 'fulfillment', f."id", k.kind, k.attempt
  FROM (SELECT split_part(operation_key, ':', 1) AS owner, split_part(operation_key, ':', 2) AS kind,
      nullif(split_part(operation_key, ':', 3), '')::int AS n,
      coalesce(nullif(split_part(operation_key, ':', 4), '')::int, 1) AS attempt) k
  JOIN "fulfillment" f ON f."orderId" = k.owner AND f."number" = k.n
  WHERE k.kind IN ('capture', 'refund')
  UNION ALL
  SELECT 'shipment', s."id", 'void_label', 1
  FROM "shipment" s
  WHERE s."fulfillmentId" = split_part(operation_key, ':', 1) AND split_part(operation_key, ':', 2) = 'void_label'
  UNION ALL
  SELECT CASE
      WHEN k.kind IN ('book', 'void_booking') THEN 'fulfillment'
      WHEN k.kind LIKE 'notify\_%' THEN 'order'
      ELSE 'replenishment'
    END::"operation_subject", k.owner, k.kind, k.n
  FROM (SELECT split_part(operation_key, ':', 1) AS owner, split_part(operation_key, ':', 2) AS kind,
      nullif(split_part(operation_key, ':', 3), '')::int AS n) k
  WHERE k.kind IN ('book', 'void_booking', 'notify_email', 'notify_sms', 'purchase', 'purchase_email', 'remind_email')
$$;

UPDATE "operation" o SET "subjectType" = n."subjectType", "subjectId" = n."subjectId", "kind" = n."kind",
  "number" = n."number", "orderId" = CASE n."subjectType" WHEN 'replenishment' THEN NULL ELSE o."orderId" END
FROM (SELECT "key" AS operation_key FROM "operation") k, LATERAL "operation_name_of"(k.operation_key) n
WHERE o."key" = k.operation_key;

ALTER TABLE "operation" ALTER COLUMN "subjectType" SET NOT NULL,
  ALTER COLUMN "subjectId" SET NOT NULL,
  ALTER COLUMN "number" SET NOT NULL,
  ADD CONSTRAINT "operation_number" CHECK ("number" > 0);

CREATE UNIQUE INDEX "operation_subjectType_subjectId_kind_number_key"
  ON "operation"("subjectType", "subjectId", "kind", "number");

-- Names the operations that a worker of release 0.5 writes.
CREATE FUNCTION "name_operation"() RETURNS TRIGGER LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
  SELECT n."subjectType", n."subjectId", n."kind", n."number"
  INTO NEW."subjectType", NEW."subjectId", NEW."kind", NEW."number"
  FROM "operation_name_of"(NEW."key") n;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'operation % names no subject', NEW."key";
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "operation_named" BEFORE INSERT ON "operation"
  FOR EACH ROW WHEN (NEW."subjectType" IS NULL) EXECUTE FUNCTION "name_operation"();
