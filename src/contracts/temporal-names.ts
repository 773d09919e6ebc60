/** Names the task queue of orders. */
export const ORDERS_QUEUE = 'orders';

/** Names the task queue of a provider. Each has its own, so that one that is down fills only its own. */
export const providerQueue = (code: string): string => `provider.${code}`;

export const ORDER_WORKFLOW = 'order';

/** Builds the id of an order's workflow. */
export const orderWorkflowId = (orderId: string): string => `order:${orderId}`;

export const REPLENISHMENT_WORKFLOW = 'replenishment';

/** Builds the id of the workflow of a shelf's replenishment. */
export const replenishmentWorkflowId = (warehouseId: string, skuId: string): string =>
  `replenishment:${warehouseId}:${skuId}`;

/**
 * Lists the search attributes and their Temporal types. The embedded stack registers them; on your own cluster, you do.
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
