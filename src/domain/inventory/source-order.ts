import type { Shortage } from '../../contracts/orders/verdict';
import { chooseWarehouses } from './choose-warehouses';
import { FreeStock } from './free-stock';
import { SearchBudget } from './search-budget';
import {
  unitsBySku,
  type Availability,
  type Demand,
  type SourcedUnits,
  type SourcingDecision,
  type SourcingTerms,
} from './sourcing-terms';

/** Limits the candidates of one order, as sourcing runs while the shelves are locked. */
export const MAX_CANDIDATES = 100_000;

export type Sourcing =
  | {
      readonly parts: readonly SourcedUnits[];
      readonly decisions: readonly SourcingDecision[];
      /** How many candidates the search examined, of all merchants together. */
      readonly examined: number;
    }
  | { readonly shortages: readonly Shortage[] }
  /** The merchants whose goods no carrier takes, however warehouses divide them. */
  | { readonly uncarried: readonly string[] };

/**
 * Chooses the warehouses of an order's lines merchant by merchant, and explains each choice. It sources everything or
 * nothing: it names every SKU of which all warehouses together hold too little, or every merchant whose goods make a
 * parcel that no carrier takes. Merchants share no parcel, so each is sourced on its own, with an equal share of
 * `maxCandidates`; past it, `chooseWarehouses` says what is chosen. Only the stock of a SKU that several merchants sell
 * goes to the one whose line is first.
 */
export function sourceOrder(
  demands: readonly Demand[],
  stock: readonly Availability[],
  terms: SourcingTerms,
  maxCandidates = MAX_CANDIDATES,
): Sourcing {
  const free = new FreeStock(stock);
  const shortages = shortagesIn(demands, free);
  if (shortages.length > 0) return { shortages };

  const merchants = byMerchant(demands);
  const share = Math.floor(maxCandidates / merchants.size);
  const termsOnce = { ...terms, price: once(terms.price) };
  const parts: SourcedUnits[] = [];
  const decisions: SourcingDecision[] = [];
  let examined = 0;
  for (const [merchantId, own] of merchants) {
    const budget = new SearchBudget(share);
    const choice = chooseWarehouses(merchantId, own, free, termsOnce, budget);
    free.take(choice.parts);
    parts.push(...choice.parts);
    decisions.push(choice.decision);
    examined += budget.examined;
  }
  const notCarried = decisions.filter(({ figures }) => figures.uncarried > 0);
  if (notCarried.length > 0) return { uncarried: notCarried.map(({ merchantId }) => merchantId) };
  return { parts, decisions, examined };
}

function byMerchant(demands: readonly Demand[]): Map<string, Demand[]> {
  const merchants = new Map<string, Demand[]>();
  for (const demand of demands) {
    const own = merchants.get(demand.merchantId) ?? [];
    merchants.set(demand.merchantId, own);
    own.push(demand);
  }
  return merchants;
}

/** Names every SKU of which all warehouses together hold less than the demands request. */
export const findShortages = (
  demands: readonly Pick<Demand, 'skuId' | 'quantity'>[],
  stock: readonly Availability[],
): Shortage[] => shortagesIn(demands, new FreeStock(stock));

function shortagesIn(demands: readonly Pick<Demand, 'skuId' | 'quantity'>[], stock: FreeStock): Shortage[] {
  const shortages: Shortage[] = [];
  for (const [skuId, requested] of unitsBySku(demands)) {
    const available = stock.unitsOf(skuId);
    if (available < requested) shortages.push({ skuId, requested, available });
  }
  return shortages;
}

/** Asks for each price once, as most parcels of an order's candidates weigh the same. */
function once(price: SourcingTerms['price']): SourcingTerms['price'] {
  const known = new Map<number, number | null>();
  return (weightG) => {
    const before = known.get(weightG);
    if (before !== undefined) return before;
    const first = price(weightG);
    known.set(weightG, first);
    return first;
  };
}
