import type { SearchAttributePair } from '@temporalio/common';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { AttentionReason, OrderStatus, Stage } from '../src/contracts/statuses';

const keys = {
  orderId: defineSearchAttributeKey('OrderId', SearchAttributeType.KEYWORD),
  status: defineSearchAttributeKey('OrderStatus', SearchAttributeType.KEYWORD),
  stage: defineSearchAttributeKey('Stage', SearchAttributeType.KEYWORD),
  merchants: defineSearchAttributeKey('MerchantIds', SearchAttributeType.KEYWORD_LIST),
  warehouses: defineSearchAttributeKey('WarehouseId', SearchAttributeType.KEYWORD_LIST),
  carriers: defineSearchAttributeKey('CarrierCode', SearchAttributeType.KEYWORD_LIST),
  attention: defineSearchAttributeKey('AttentionReason', SearchAttributeType.KEYWORD),
  placedAt: defineSearchAttributeKey('PlacedAt', SearchAttributeType.DATETIME),
};

/** Is the most that Temporal takes in one value, as JSON. */
const MOST_BYTES = 2_048;
/** Leaves room for the entry that counts the rest. */
const REST_BYTES = '"+ 100000 more",'.length;

/** Shortens a list that is too long for a search attribute. Its last entry counts those that are left out. */
export function capped(values: readonly string[]): string[] {
  if (JSON.stringify(values).length <= MOST_BYTES) return [...values];
  let bytes = '[]'.length + REST_BYTES;
  const kept = values.filter((value) => (bytes += JSON.stringify(value).length + 1) <= MOST_BYTES);
  return [...kept, `+ ${values.length - kept.length} more`];
}

/** Builds the search attributes by which staff find orders in the Temporal Web UI. */
export const attributes = {
  orderId: (value: string): SearchAttributePair => ({ key: keys.orderId, value }),
  status: (value: OrderStatus): SearchAttributePair => ({ key: keys.status, value }),
  stage: (value: Stage): SearchAttributePair => ({ key: keys.stage, value }),
  merchants: (value: string[]): SearchAttributePair => ({ key: keys.merchants, value: capped(value) }),
  warehouses: (value: string[]): SearchAttributePair => ({ key: keys.warehouses, value: capped(value) }),
  carriers: (value: string[]): SearchAttributePair => ({ key: keys.carriers, value: capped(value) }),
  attention: (value: AttentionReason | null) => ({ key: keys.attention, value }),
  placedAt: (value: Date): SearchAttributePair => ({ key: keys.placedAt, value }),
};
