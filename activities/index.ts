import { createAddressHoldActivities } from './orders/address-holds';
import { createBackorderActivities } from './inventory/backorders';
import { createFulfillmentActivities } from './orders/fulfillments';
import { createInterventionActivities } from './interventions/interventions';
import { createOrderActivities } from './orders/orders';
import type { ActivityDeps } from './deps';
import { createPaymentActivities } from './payments/payments';
import { createReplenishmentActivities } from './purchasing/replenishments';
import { createShipmentActivities } from './shipping/shipments';
import { createStockActivities } from './inventory/stock';
import { createSupplierMailActivities } from './purchasing/supplier-mail';

/** Builds all Activities from their dependencies. */
export const createActivities = (deps: ActivityDeps) => ({
  ...createOrderActivities(deps),
  ...createStockActivities(deps),
  ...createPaymentActivities(deps),
  ...createShipmentActivities(deps),
  ...createReplenishmentActivities(deps),
  ...createSupplierMailActivities(deps),
  ...createFulfillmentActivities(deps),
  ...createInterventionActivities(deps),
  ...createAddressHoldActivities(deps),
  ...createBackorderActivities(deps),
});

export type Activities = ReturnType<typeof createActivities>;
export type { ActivityDeps } from './deps';
