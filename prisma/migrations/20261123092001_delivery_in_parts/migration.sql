-- What of a reservation's amount is for delivery, so that a return can say what it gives back of goods and of delivery. Those
-- that were made before say nothing of it: all of theirs counts as goods, and what is given back is the same.
ALTER TABLE "reservation" ADD COLUMN "shippingAmount" BIGINT NOT NULL DEFAULT 0;
ALTER TABLE "reservation" ADD CONSTRAINT reservation_shipping CHECK ("shippingAmount" BETWEEN 0 AND "amount");
