-- Orders that are being cancelled: their labels may still be live.
UPDATE "fulfillment" f SET "status" = 'cancelling'
FROM "orders" o WHERE o."id" = f."orderId" AND o."status" = 'cancelling' AND f."status" = 'cancelled';
