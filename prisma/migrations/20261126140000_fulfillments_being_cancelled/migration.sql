-- A fulfillment is being cancelled until its label is voided: its carrier may have it already.
ALTER TYPE "fulfillment_status" ADD VALUE 'cancelling' BEFORE 'cancelled';
