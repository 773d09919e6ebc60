/** Task queues: who serves what. Providers each have their own, so that a dead one fills only its own. */
export const ORDERS_QUEUE = 'orders';
export const providerQueue = (code: string): string => `provider.${code}`;

export const ORDER_WORKFLOW = 'order';
export const orderWorkflowId = (orderId: string): string => `order:${orderId}`;

export const REPLENISHMENT_WORKFLOW = 'replenishment';
export const replenishmentWorkflowId = (warehouseId: string, skuId: string): string =>
  `replenishment:${warehouseId}:${skuId}`;

/**
 * Typed search attributes and their Temporal types; the embedded stack registers them, operators do on their cluster.
 */
export const SEARCH_ATTRIBUTES = {
  OrderId: 'Keyword',
  OrderStatus: 'Keyword',
  Stage: 'Keyword',
  MerchantIds: 'KeywordList',
  WarehouseId: 'KeywordList',
  CarrierCode: 'KeywordList',
  AttentionReason: 'Keyword',
  PlacedAt: 'Datetime',
} as const;
