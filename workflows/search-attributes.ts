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

/** Builds the search attributes by which staff find orders in the Temporal Web UI. */
export const attributes = {
  orderId: (value: string): SearchAttributePair => ({ key: keys.orderId, value }),
  status: (value: OrderStatus): SearchAttributePair => ({ key: keys.status, value }),
  stage: (value: Stage): SearchAttributePair => ({ key: keys.stage, value }),
  merchants: (value: string[]): SearchAttributePair => ({ key: keys.merchants, value }),
  warehouses: (value: string[]): SearchAttributePair => ({ key: keys.warehouses, value }),
  carriers: (value: string[]): SearchAttributePair => ({ key: keys.carriers, value }),
  attention: (value: AttentionReason | null) => ({ key: keys.attention, value }),
  placedAt: (value: Date): SearchAttributePair => ({ key: keys.placedAt, value }),
};
