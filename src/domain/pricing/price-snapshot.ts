import type { PromotionDefinition } from '../../contracts/pricing/promotion';
import type { CurrencyCode } from '../../contracts/money';
import type { CartLine, CatalogueItem, PriceRequest, Promotion } from './priced-cart';
import type { TaxProvider } from './tax';

/** A rule as it stood when an order was priced; its version says the rest. Absent members are nothing. */
interface KeptRule {
  readonly id: string;
  readonly version: number;
  readonly paused?: true;
  readonly limits?: NonNullable<PromotionDefinition['limits']>;
  readonly used?: Promotion['used'];
}

/**
 * What an order was priced from, as it is kept with its price: with the order's lines and the rules' versions it is the
 * whole request.
 */
export interface PriceBasis {
  readonly couponCodes: readonly string[];
  readonly memberTier: string | null;
  readonly firstOrder: boolean;
  /** What the mall's clocks showed. */
  readonly wallTime: string;
  /** The catalogue as it was; absent, as are rules, in orders of before they were kept. */
  readonly goods?: readonly CatalogueItem[];
  readonly rules?: readonly KeptRule[];
}

/** A version of a rule, as it is published for ever. */
export type PublishedRule = Pick<Promotion, 'id' | 'version' | 'merchantId' | 'definition'>;

/** Says what of a request is kept with the price that was made from it. */
export const basisOf = ({ couponCodes, customer, wallTime, catalogue, promotions }: PriceRequest): PriceBasis => ({
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

/** What of an order's request is its own, or is to be another. */
export interface RepriceRequest {
  readonly currency: CurrencyCode;
  readonly lines: readonly CartLine[];
  readonly country: string | null;
  readonly taxes: TaxProvider;
}

/**
 * Makes the request that an order was priced from, for a destination that may be another: goods, rules, limits and
 * clocks as they were. Undefined when the basis is older than that. Throws when a version that was kept is not among
 * the published ones.
 */
export function requestFromSnapshot(
  { couponCodes, memberTier, firstOrder, wallTime, goods, rules }: PriceBasis,
  published: readonly PublishedRule[],
  asked: RepriceRequest,
): PriceRequest | undefined {
  if (goods === undefined || rules === undefined) return undefined;
  const promotions = rules.map(
    ({ id, version, paused = false, limits = {}, used = { total: 0, byCustomer: 0, spent: 0 } }): Promotion => {
      const rule = published.find((one) => one.id === id && one.version === version);
      if (!rule) throw new Error(`There is no version ${version} of ${id}`);
      return { ...rule, paused, used, definition: { ...rule.definition, limits } };
    },
  );
  return {
    ...asked,
    couponCodes,
    customer: { memberTier, firstOrder },
    wallTime,
    promotions,
    catalogue: new Map(goods.map((item) => [item.skuId, item])),
  };
}
