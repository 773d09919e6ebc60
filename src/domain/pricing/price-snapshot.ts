import type { PromotionDefinition } from '../../contracts/pricing/promotion';
import type { CurrencyCode } from '../../contracts/money';
import type { CartLine, CatalogueItem, PriceRequest, Promotion } from './priced-cart';
import type { TaxProvider } from './tax';

/**
 * Records a promotion's state when an order was priced; its published version has the rest. Members are absent when
 * empty.
 */
interface KeptRule {
  readonly id: string;
  readonly version: number;
  readonly paused?: true;
  readonly limits?: NonNullable<PromotionDefinition['limits']>;
  readonly used?: Promotion['used'];
}

/** Records what an order was priced from. With the order's lines and the published rules it is the whole request. */
export interface PriceBasis {
  readonly couponCodes: readonly string[];
  readonly memberTier: string | null;
  readonly firstOrder: boolean;
  /** The mall's local time (`wallTime`). */
  readonly wallTime: string;
  /** The catalogue items at that time. Absent, as are `rules`, in orders older than the price snapshot. */
  readonly goods?: readonly CatalogueItem[];
  readonly rules?: readonly KeptRule[];
}

/** Describes a published version of a promotion, which never changes. */
export type PublishedRule = Pick<Promotion, 'id' | 'version' | 'merchantId' | 'definition'>;

/** Extracts from a request what the price snapshot keeps. */
export const priceBasisOf = ({ couponCodes, customer, wallTime, catalogue, promotions }: PriceRequest): PriceBasis => ({
  couponCodes,
  wallTime,
  ...customer,
  goods: [...catalogue.values()],
  rules: promotions.map(keptRule),
});

function keptRule({ id, version, paused, definition: { limits = {} }, used }: Promotion): KeptRule {
  const unused = used.total === 0 && used.byCustomer === 0 && used.spent === 0;
  return {
    id,
    version,
    ...(paused ? { paused } : {}),
    ...(Object.keys(limits).length > 0 ? { limits } : {}),
    ...(unused ? {} : { used }),
  };
}

/** Describes the order to price again, and the destination for which it is priced. */
export interface RepriceRequest {
  readonly currency: CurrencyCode;
  readonly lines: readonly CartLine[];
  readonly country: string | null;
  readonly taxes: TaxProvider;
}

/**
 * Rebuilds the price request of an order from its snapshot, for the same or another destination. Goods, promotions,
 * limits and local time are those of the snapshot. Undefined when the snapshot is too old to have them. Throws when a
 * recorded version is not published.
 */
export function requestFromSnapshot(
  { couponCodes, memberTier, firstOrder, wallTime, goods, rules }: PriceBasis,
  published: readonly PublishedRule[],
  order: RepriceRequest,
): PriceRequest | undefined {
  if (goods === undefined || rules === undefined) return undefined;
  const promotions = rules.map((rule) => promotionOf(rule, published));
  return {
    ...order,
    couponCodes,
    customer: { memberTier, firstOrder },
    wallTime,
    promotions,
    catalogue: new Map(goods.map((item) => [item.skuId, item])),
  };
}

const UNUSED: Promotion['used'] = { total: 0, byCustomer: 0, spent: 0 };

function promotionOf(
  { id, version, paused, limits = {}, used = UNUSED }: KeptRule,
  published: readonly PublishedRule[],
): Promotion {
  const rule = published.find((one) => one.id === id && one.version === version);
  if (!rule) throw new Error(`The order was priced with version ${version} of ${id}, which is not published`);
  return { ...rule, paused: paused ?? false, used, definition: { ...rule.definition, limits } };
}
