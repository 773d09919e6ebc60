import { createAddressHoldActivities } from './address-holds';
import { createBackorderActivities } from './backorders';
import { createFulfillmentActivities } from './fulfillments';
import { createOperatorActivities } from './operator';
import { createOrderActivities } from './orders';
import type { ActivityDeps } from './deps';
import { createPaymentActivities } from './payments';
import { createReplenishmentActivities } from './replenishments';
import { createShipmentActivities } from './shipments';
import { createStockActivities } from './stock';
import { createSupplierMailActivities } from './supplier-mail';

/** Builds every activity from what they depend on. */
export const createActivities = (deps: ActivityDeps) => ({
  ...createOrderActivities(deps),
  ...createStockActivities(deps),
  ...createPaymentActivities(deps),
  ...createShipmentActivities(deps),
  ...createReplenishmentActivities(deps),
  ...createSupplierMailActivities(deps),
  ...createFulfillmentActivities(deps),
  ...createOperatorActivities(deps),
  ...createAddressHoldActivities(deps),
  ...createBackorderActivities(deps),
});

export type Activities = ReturnType<typeof createActivities>;
export type { ActivityDeps } from './deps';
